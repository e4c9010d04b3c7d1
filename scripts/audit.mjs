#!/usr/bin/env node
/**
 * `npm audit` against the public registry, for machines that reach it; a mirror may not answer audits.
 *
 *   node scripts/audit.mjs [--registry URL]
 *
 * Exit code 0: nothing at high or above. 1: something is. 2: the registry gave no answer, which proves nothing.
 */
import { spawnSync } from 'node:child_process';

const at = process.argv.indexOf('--registry');
const registry = at === -1 ? [] : [`--registry=${process.argv[at + 1]}`];
const { stdout } = spawnSync('npm', ['audit', '--json', ...registry], { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });

let counts = null;
try {
  counts = JSON.parse(stdout).metadata.vulnerabilities;
} catch {
  // An error page, or nothing.
}
if (counts) {
  console.table([counts]);
  process.exitCode = counts.high + counts.critical > 0 ? 1 : 0;
} else {
  console.error('Expected an answer to `npm audit`, got none: run it where a registry answers audits, or name one');
  process.exitCode = 2;
}
