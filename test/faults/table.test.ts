/** docs/faults.md says which test shows what a fault costs, on both stacks: each of them has to exist. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(resolve(root, 'docs/faults.md'), 'utf8');
/** As it is written there: `test/a.test.ts` *its name*. */
const cited = [...text.matchAll(/`(test\/[^`]+)` \*([^*]+)\*/g)].map(([, file, name]) => [file!, name!] as const);

describe('the tests that docs/faults.md names', () => {
  test('are named for each fault, on each stack', () => {
    const rows = text.split('\n').filter((line) => /^\| (?!---|fault \|)/.test(line));
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) {
      const [, fault, ...stacks] = row.split('|').map((cell) => cell.trim());
      expect(stacks.slice(0, -1), fault).toHaveLength(2);
      for (const cell of stacks.slice(0, -1)) expect(cell, fault).toMatch(/`test\/|^none|^the same/);
    }
  });

  test.each(cited)('%s: %s', (file, name) => {
    expect(existsSync(resolve(root, file))).toBe(true);
    expect(readFileSync(resolve(root, file), 'utf8').replaceAll("\\'", "'")).toContain(name);
  });
});
