#!/usr/bin/env node
/**
 * Makes a checkout ready to run, and is quick when it is. Runs on whatever Node the machine has, before anything is
 * installed, so it imports nothing of ours. `npm start` and `npm test` call it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', '.bin', 'node');

/** The file itself, or all files of a folder, `dist` left out. */
function filesOf(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter(({ name }) => name !== 'dist')
    .flatMap(({ name }) => filesOf(`${path}/${name}`))
    .sort();
}

/** Runs a step unless the files it depends on are as they were when it last succeeded. */
function step(name, inputs, outputs, command, args) {
  const stamp = join(root, 'node_modules', '.cache', 'fiducial', `${name}.stamp`);
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesOf)) hash.update(file).update(readFileSync(join(root, file)));
  const digest = hash.digest('hex');
  const ready = outputs.every((file) => existsSync(join(root, file)));
  if (ready && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  console.error(`fiducial: ${name}: ${[command, ...args].join(' ').replaceAll(`${root}/`, '')}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(`fiducial: ${name} failed${error ? `: ${error.message}` : ` with exit code ${status}`}; see above`);
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

// --include=dev: the pinned Node and the bundler are development dependencies, whatever NODE_ENV says.
step('install', ['package.json', 'package-lock.json', '.npmrc'], [node.slice(root.length + 1)], 'npm', [
  'ci',
  '--include=dev',
  '--no-audit',
  '--no-fund',
]);

step(
  'build the dashboard',
  ['web', 'graphql/client', 'training/figures/specs', 'scripts/build-web.mjs', 'package-lock.json'],
  ['web/dist/index.html'],
  node,
  ['scripts/build-web.mjs'],
);
