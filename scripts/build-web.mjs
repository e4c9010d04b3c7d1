#!/usr/bin/env node
/**
 * Bundles the dashboard into web/dist: `node scripts/build-web.mjs`. `--out DIR` puts it elsewhere; `--analyse` prints
 * what each file is made of.
 * File names carry the hash of their content, but for index.html. The plot library is a chunk of its own.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { analyzeMetafile, build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = process.argv.indexOf('--out');
const dist = out > 0 ? resolve(process.argv[out + 1]) : join(root, 'web/dist');
const entry = 'web/main.tsx';

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [entry, 'web/icon.svg'],
  outdir: dist,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'copy' },
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['chrome110', 'firefox115', 'safari16.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
});

const outputs = Object.entries(metafile.outputs);
const made = (from) => outputs.find(([, { entryPoint }]) => entryPoint === from);
const [script, { cssBundle }] = made(entry);
const [icon] = outputs.find(([file]) => file.endsWith('.svg'));
const page = readFileSync(join(root, 'web/index.html'), 'utf8')
  .replace('%script%', `/${basename(script)}`)
  .replace('%style%', `/${basename(cssBundle)}`)
  .replace('%icon%', `/${basename(icon)}`);
writeFileSync(join(dist, 'index.html'), page);

for (const [file] of outputs) {
  const text = readFileSync(join(root, file));
  console.error(`${file}  ${text.length} bytes, ${gzipSync(text).length} compressed`);
}
if (process.argv.includes('--analyse')) console.error(await analyzeMetafile(metafile));
