/** SECURITY.md says which test shows that an attack fails: each of them has to exist. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(resolve(root, 'SECURITY.md'), 'utf8');
/** As it is written there: `test/a.test.ts` *its name*. */
const cited = [...text.matchAll(/`(test\/[^`]+)` \*([^*]+)\*/g)].map(([, file, name]) => [file!, name!] as const);

describe('the tests that SECURITY.md names', () => {
  test('are named at all, one for each threat', () => {
    expect(cited.length).toBeGreaterThan(30);
    const chapter = text.slice(text.indexOf('## What an attacker'), text.indexOf('## What is not'));
    const threats = chapter.split('\n').filter((line) => /^\| (?!---|what it tries)/.test(line));
    expect(threats.length).toBeGreaterThan(25);
    expect(threats.filter((line) => !line.includes('`test/'))).toEqual([]);
  });

  test.each(cited)('%s: %s', (file, name) => {
    expect(existsSync(resolve(root, file))).toBe(true);
    expect(readFileSync(resolve(root, file), 'utf8').replaceAll("\\'", "'")).toContain(name);
  });
});
