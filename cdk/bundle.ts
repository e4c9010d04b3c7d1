/**
 * How a Lambda of functions/ is bundled: the file that is deployed, tested and measured is made here.
 *   node cdk/bundle.ts NAME FOLDER    writes FOLDER/index.mjs
 */
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

export const LAMBDAS = ['plan', 'deadLetters', 'sweep', 'graphql'] as const;
export type LambdaName = (typeof LAMBDAS)[number];

const FUNCTIONS = new URL('../functions/', import.meta.url);

/** Some dependencies are CommonJS and ask for `require`, which an ES module has not. */
const BANNER = "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);";

/** zod keeps its messages in fifty languages, a quarter of a bundle; ours are English. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup({ onResolve }) {
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
    plugins: [englishOnly],
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
