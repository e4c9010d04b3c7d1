/** The whole stack as a user runs it: `up` in one process, everything else by commands beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRun } from '../../scoring/read/index.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { writeSyntheticSet } from '../../training/synthetic/writeSyntheticSet.ts';
import { fiducial } from './command.ts';

const BIN = resolve(import.meta.dirname, '../../cli/bin.mjs');
const IMAGES = 6;

let folder: string;
let up: ChildProcess;
let started: { url: string; token: string; pids: Record<string, number> };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-stack-'));
  await writeSyntheticSet(join(folder, 'set'), IMAGES, 3, { layout: 'nose1' });
  up = spawn(process.execPath, [BIN, 'up', '--port', '0', '--trainers', '0', '--json'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(up.stdout!.setEncoding('utf8'), 'data')) as [string];
  started = JSON.parse(line);
}, 120_000);

afterAll(async () => {
  if (up?.exitCode === null) {
    up.kill('SIGTERM');
    await once(up, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

describe('on a running stack', () => {
  let run: string;

  test('upload --wait gives the metrics of a run with an outcome an image', async () => {
    const args = ['upload', 'set/images', '--truth', 'set', '--model', 'nose', '--wait', '--json'];
    const { code, stdout, stderr } = await fiducial(args, folder);
    expect(code, stderr).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      status: 'DONE',
      images: IMAGES,
      scored: IMAGES,
      failed: 0,
      errors: {},
      metrics: { n: IMAGES, missed: 0 },
    });
    expect(result.metrics.maePx).toBeGreaterThan(0);
    run = result.run;
  });

  test('predictions are lines in plan order, and score --out writes the same points', async () => {
    const lines = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const served = lines((await fiducial(['predictions', run], folder)).stdout);
    expect(served.map(({ key }) => key)).toEqual(Array.from({ length: IMAGES }, (_, i) => `face-0000${i}.jpg`));
    await fiducial(['score', 'set/images', '--truth', 'set', '--model', 'nose', '--out', 'out.jsonl'], folder);
    expect(lines(await readFile(join(folder, 'out.jsonl'), 'utf8'))).toEqual(served);
  });

  test('runs, run, metrics and compare read it back', async () => {
    expect(JSON.parse((await fiducial(['runs', '--json'], folder)).stdout).runs).toHaveLength(1);
    expect((await fiducial(['run', run], folder)).stdout).toMatch(/status\s+DONE/);
    expect((await fiducial(['metrics', run], folder)).stdout).toMatch(/0\s+nose/);
    const { comparisons } = JSON.parse((await fiducial(['compare', run, run, '--json'], folder)).stdout);
    expect(comparisons[0]).toMatchObject({ pairs: IMAGES, better: 0, worse: 0 });
  });

  test('upload --wait says what failed by reason, while it waits and at its end, as `run` does', async () => {
    const images = join(folder, 'set/images');
    const [first] = await readdir(images);
    const whole = await readFile(join(images, first!));
    await mkdir(join(folder, 'mixed'));
    await writeFile(join(folder, 'mixed/whole.jpg'), whole);
    await writeFile(join(folder, 'mixed/cut.jpg'), whole.subarray(0, whole.length / 2));
    for (const name of ['a', 'b']) await writeFile(join(folder, 'mixed', `${name}.jpg`), 'this is not a photo');
    const args = ['upload', 'mixed', '--model', 'nose', '--error-threshold', '1', '--wait'];
    const { code, stdout, stderr } = await fiducial(args, folder);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^scoring: 4\/4 3 failed: 2 NOT_AN_IMAGE, 1 TRUNCATED$/m);
    expect(stdout).toMatch(/failed +2: NOT_AN_IMAGE\nfailed +1: TRUNCATED/);
  });

  test('a backup that is taken while it runs has the run, and opens clean', async () => {
    const { code, stdout, stderr } = await fiducial(['backup', 'copy', '--json'], folder);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ backup: join(folder, 'copy'), objects: expect.any(Number) });
    const copy = await openEmbedded({ folder: join(folder, 'copy') });
    const view = await readRun(copy.stores, 'default', run.split(':')[2]!);
    await copy.close();
    expect(copy.collected).toBe(0);
    expect(view).toMatchObject({ status: 'DONE', done: { scored: IMAGES } });
    const again = await fiducial(['backup', 'copy'], folder);
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/INVALID_INPUT: Expected an empty folder/)]);
  });

  test('a call without the token is refused', async () => {
    const response = await fetch(`${started.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ runs { edges { node { id } } } }' }),
    });
    expect(response.status).toBe(401);
  });

  // Only Linux shows them as files.
  test.runIf(process.platform === 'linux')('the token is in no argument and no environment of a process', async () => {
    const pids = [up.pid!, ...Object.values(started.pids)];
    expect(pids.length).toBeGreaterThan(3);
    for (const pid of pids) {
      for (const file of ['cmdline', 'environ']) {
        const text = await readFile(`/proc/${pid}/${file}`, 'utf8');
        expect(text.length).toBeGreaterThan(0);
        expect(text).not.toContain(started.token);
      }
    }
  });

  test('SIGTERM stops every process', async () => {
    up.kill('SIGTERM');
    const [code] = await once(up, 'exit');
    expect(code).toBe(0);
    await expect(fetch(`${started.url}/healthz`)).rejects.toThrow();
  });
});
