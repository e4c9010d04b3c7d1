/** Holds the code to the import directions of ARCHITECTURE.md. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Folder -> folders of ours that it may import. `*`: all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[] | '*'>> = {
  domain: [],
  storage: ['domain'],
  imaging: ['domain'],
  inference: ['domain', 'storage', 'imaging'],
  scoring: ['domain', 'storage', 'imaging', 'inference'],
  training: ['domain', 'storage', 'imaging', 'inference'],
  graphql: ['domain', 'storage', 'scoring', 'training'],
  functions: '*',
  cli: '*',
  web: ['graphql/client', 'domain', 'training/figures'],
  cdk: ['domain'],
  localstack: ['cdk', 'storage', 'domain', 'functions'],
};

/** A package that only these files import, so that it can be exchanged in one place. */
const ONLY_IN: Readonly<Record<string, RegExp>> = {
  'onnxruntime-node': /^inference\/runtime\.ts$/,
  'node:sqlite': /^storage\/embedded\//,
  '@aws-sdk/client-s3': /^(storage\/aws|localstack|functions)\//,
  '@aws-sdk/client-sqs': /^(storage\/aws|localstack|functions)\//,
  'aws-cdk-lib': /^cdk\//,
};

interface Import {
  readonly file: string;
  readonly target: string;
}

function sources(): string[] {
  return Object.keys(MAY_IMPORT).flatMap((folder) =>
    globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }),
  );
}

function importsOf(file: string): Import[] {
  const text = readFileSync(resolve(root, file), 'utf8');
  return [
    ...text.matchAll(/(?:^|\s)(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g),
  ].map((match) => ({ file, target: match[1] ?? match[2]! }));
}

function inRepo({ file, target }: Import): string | null {
  return target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : null;
}

const imports = sources().flatMap(importsOf);

describe('import directions', () => {
  test('are read from real files', () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  test.each(Object.entries(MAY_IMPORT))('%s imports only what it may', (folder, allowed) => {
    if (allowed === '*') return;
    const wrong = imports
      .filter(({ file }) => file.startsWith(`${folder}/`))
      .filter((one) => {
        const path = inRepo(one);
        return path?.includes('/') && ![folder, ...allowed].some((may) => path.startsWith(`${may}/`));
      });
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(ONLY_IN))('%s is imported in its own place only', (name, place) => {
    const wrong = imports.filter(
      ({ file, target }) => (target === name || target.startsWith(`${name}/`)) && !place.test(file),
    );
    expect(wrong).toEqual([]);
  });
});
