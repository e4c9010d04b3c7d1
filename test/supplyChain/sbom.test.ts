/** The bill of materials, as `npm run sbom` writes it: made of the lock file alone, nothing is asked of anybody. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string().startsWith('pkg:npm/'),
      licenses: z.array(z.unknown()).min(1),
      hashes: z.array(z.object({ alg: z.string(), content: z.string().min(40) })).optional(),
    }),
  ),
});

test('names every package with its version, licence and hash', { timeout: 120_000 }, () => {
  const { stdout, status } = spawnSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  expect(status).toBe(0);
  const { components } = bomSchema.parse(JSON.parse(stdout));
  const lock = JSON.parse(readFileSync(resolve(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { inBundle?: boolean }>;
  };
  // What a package brings along inside itself is covered by that package's hash.
  const bundled = new Set(
    Object.entries(lock.packages).flatMap(([path, { inBundle }]) =>
      inBundle ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
    ),
  );
  expect(components.filter(({ name, hashes }) => !hashes && !bundled.has(name))).toEqual([]);
  const { dependencies, devDependencies } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
  const listed = new Map(components.map(({ name, version }) => [`${name}@${version}`, true]));
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect(listed.has(`${name}@${version}`), `${name}@${version}`).toBe(true);
  }
});
