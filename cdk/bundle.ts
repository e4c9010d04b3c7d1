/**
 * How a Lambda of functions/ is bundled: the file that is deployed, tested and measured is made here.
 *   node cdk/bundle.ts NAME FOLDER    writes FOLDER/index.mjs
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

export const LAMBDAS = ['plan', 'deadLetters', 'sweep', 'graphql'] as const;
export type LambdaName = (typeof LAMBDAS)[number];

const FUNCTIONS = new URL('../functions/', import.meta.url);

/** Some dependencies are CommonJS and ask for `require`, which an ES module has not. */
const BANNER = "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);";

/**
 * Lambda has fetch, and gives credentials in the environment, always: what finds them elsewhere (shared files, SSO,
 * machines) and what stands in for fetch on old Nodes would be a fifth of a bundle, and be parsed at every cold start.
 * Nothing here reads S3's streams of events.
 */
const NOT_IN_LAMBDA: Readonly<Record<string, string>> = {
  '@whatwg-node/fetch': '@whatwg-node/fetch/dist/esm-ponyfill.js',
  '@aws-sdk/credential-provider-node': fileURLToPath(new URL('lambdaCredentials.ts', FUNCTIONS)),
  '@smithy/core/event-streams': fileURLToPath(new URL('noEventStreams.ts', FUNCTIONS)),
};

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

/** Files that are asked for and never used here: a page for browsers, a reader of other people's schemas. */
const UNUSED = /landing-page-html\.js$|[\\/]from-json-schema\.js$/;

const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onLoad, onResolve, resolve }) {
    const filter = new RegExp(`^(${Object.keys(NOT_IN_LAMBDA).join('|')})$`);
    onResolve({ filter }, ({ path, resolveDir, kind }) => resolve(NOT_IN_LAMBDA[path]!, { resolveDir, kind }));
    // One copy each, whoever asks: two of graphql would refuse each other's schemas, two S3 clients only weigh.
    onResolve({ filter: /^@aws-sdk\/client-s3$/ }, () => ({ path: `${MODULES}/@aws-sdk/client-s3/dist-es/index.js` }));
    onResolve({ filter: /^graphql(\/.*)?$/ }, ({ path }) => {
      const file = path === 'graphql' ? 'graphql/index' : path.replace(/\.m?js$/, '');
      return { path: `${MODULES}/${file}.mjs` };
    });
    // `{ z }` is an object that holds all of zod; as a namespace, what is not used is left out.
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path.startsWith(MODULES)) return null;
      const source = await readFile(path, 'utf8');
      return { contents: source.replace("import { z } from 'zod';", "import * as z from 'zod';"), loader: 'ts' };
    });
    onLoad({ filter: UNUSED }, () => ({
      contents: 'export default undefined; export const fromJSONSchema = undefined;',
    }));
    // zod keeps its messages in fifty languages; ours are English.
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer, path, resolveDir }) => {
      if (!/[\\/]zod[\\/]/.test(importer)) return null;
      return { path: fileURLToPath(new URL(path.replace(/index\.js$/, 'en.js'), `file://${resolveDir}/`)) };
    });
  },
};

/** The versions of package-lock.json are bundled, not those that Lambda's runtime happens to have. */
export async function bundle(name: LambdaName, folder: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, FUNCTIONS))],
    outfile: `${folder}/index.mjs`,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    plugins: [leaveOut],
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
  });
  return metafile;
}

if (import.meta.main) {
  const [name, folder] = process.argv.slice(2);
  if (!LAMBDAS.includes(name as LambdaName) || !folder) {
    console.error(
      `Expected one of ${LAMBDAS.join(', ')} and a folder, got ${process.argv.slice(2).join(' ') || 'nothing'}`,
    );
    process.exit(2);
  }
  await bundle(name as LambdaName, folder);
}
