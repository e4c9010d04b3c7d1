#!/usr/bin/env node
/**
 * Lists the licences of every package that package-lock.json can install, on any system, and fails on one that does
 * not go with the MIT licence of this project.
 *
 *   node scripts/licences.mjs [--json]
 *
 * Nothing is fetched: the lock file holds the licence of each package as it was published.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** May be used, changed and passed on with their notices kept. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
]);

/** Accepted for these packages only, for the reason that is given. */
const EXCEPTIONS = [
  {
    licence: 'LGPL-3.0-or-later',
    packages: /^@img\/sharp-/,
    reason: 'libvips as a shared library of its own, unchanged, which whoever installs it can replace',
  },
  {
    licence: 'MPL-2.0',
    packages: /^(axe-core|lightningcss(-[a-z0-9-]+)?)$/,
    reason: 'used unchanged, in development and tests only; its terms cover its own files',
  },
];

/** SPDX without parentheses inside parentheses: what packages use. One of the alternatives has to be accepted whole. */
export function accepted(name, expression) {
  const alternatives = expression.replace(/^\(|\)$/g, '').split(/ OR /);
  return alternatives.some((alternative) =>
    alternative.split(/ AND /).every((licence) => PERMISSIVE.has(licence) || exceptionOf(name, licence)),
  );
}

function exceptionOf(name, licence) {
  return EXCEPTIONS.find((one) => one.licence === licence && one.packages.test(name));
}

/** A row a package and version: name, version, licence, whether it is of development only, whether it is accepted. */
export function licencesOf(lock) {
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => {
      const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const licence = entry.license ?? 'none given';
      return {
        name,
        version: entry.version,
        licence,
        development: entry.dev === true,
        accepted: accepted(name, licence),
      };
    });
}

function print(rows) {
  const counts = Map.groupBy(rows, ({ licence }) => licence);
  const table = [...counts]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([licence, packages]) => ({
      licence,
      packages: packages.length,
      'of development only': packages.filter(({ development }) => development).length,
      such: packages
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', '),
    }));
  console.table(table);
  for (const { licence, packages, reason } of EXCEPTIONS) console.log(`${licence} for ${packages.source}: ${reason}`);
}

function main() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const rows = licencesOf(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2));
  else print(rows);
  const refused = rows.filter((row) => !row.accepted);
  for (const { name, version, licence } of refused) {
    console.error(`Expected a licence that goes with MIT, got ${licence} of ${name}@${version}: do without it`);
  }
  process.exitCode = refused.length > 0 ? 1 : 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
