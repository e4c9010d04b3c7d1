/** What a browser has to load, and what the policy allows of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';

const LARGEST = 250_000;
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fiducial-web-'));
let page = '';

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build-web.mjs', '--out', folder], { cwd: root, stdio: 'pipe' });
  page = readFileSync(join(folder, 'index.html'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = (end: string) => readdirSync(folder).filter((file) => file.endsWith(end));

test('what is loaded before a plot is seen is under 250 kB compressed', () => {
  const [script] = /src="\/([^"]+)"/.exec(page)!.slice(1) as [string];
  const sizes = files('.js')
    .filter((file) => !file.startsWith('render-'))
    .map((file) => gzipSync(readFileSync(join(folder, file))).length);
  expect(readdirSync(folder)).toContain(script);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LARGEST);
});

test('the plot library is a file of its own, which the page does not name', () => {
  const [plots] = files('.js').filter((file) => file.startsWith('render-'));
  expect(readFileSync(join(folder, plots!)).length).toBeGreaterThan(LARGEST);
  expect(page).not.toContain('render-');
});

test('the page has no script and no style of its own, which the policy would refuse', () => {
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=/);
});

test('names carry the hash of the content, so that they can be kept for ever', () => {
  for (const file of readdirSync(folder).filter((name) => name !== 'index.html')) {
    expect(file).toMatch(/-[A-Z0-9]{8}\.\w+$/);
  }
});
