import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
// @ts-expect-error: a script that runs before anything is installed, in plain JavaScript
import { accepted, licencesOf } from '../../scripts/licences.mjs';

const root = resolve(import.meta.dirname, '../..');

test('every package that can be installed has a licence that goes with ours', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/licences.mjs', '--json'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(JSON.parse(stdout).length).toBeGreaterThan(300);
});

test('a licence that asks for more than its notice is refused, and one that is not given too', () => {
  for (const licence of ['GPL-3.0-or-later', 'AGPL-3.0-only', 'UNLICENSED', 'MIT AND GPL-2.0', 'none given']) {
    expect(accepted('some-package', licence), licence).toBe(false);
  }
  expect(accepted('some-package', '(MIT OR GPL-3.0-or-later)')).toBe(true);
  // Accepted by name only.
  expect(accepted('@img/sharp-libvips-linux-x64', 'LGPL-3.0-or-later')).toBe(true);
  expect(accepted('some-package', 'LGPL-3.0-or-later')).toBe(false);
  const lock = { packages: { '': {}, 'node_modules/a/node_modules/@b/c': { version: '1.0.0' } } };
  expect(licencesOf(lock)).toEqual([
    { name: '@b/c', version: '1.0.0', licence: 'none given', development: false, accepted: false },
  ]);
});

test('a shipped model of others carries their licence', () => {
  expect(existsSync(join(root, 'LICENSE'))).toBe(true);
  expect(readdirSync(join(root, 'models/detector'))).toContain('LICENSE');
});
