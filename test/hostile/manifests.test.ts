/** `images.jsonl` comes from whoever uploads: it is parsed line by line, and what is no entry rejects the commit. */
import { describe, expect, test } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { readRun } from '../../scoring/read/index.ts';
import { memoryStorage } from '../scoring/memory.ts';
import { BATCH, commit, drain, ledger, PROJECT, partsOf } from '../scoring/world.ts';

async function planned(manifest: string | Buffer) {
  const storage = memoryStorage();
  await storage.stores.uploads.put(uploadKeys.image(PROJECT, BATCH, 'a.jpg'), 'image a');
  await storage.stores.uploads.put(uploadKeys.image('elsewhere', 'theirs', 'secret.jpg'), 'image of others');
  await storage.stores.uploads.put(uploadKeys.manifest(PROJECT, BATCH), manifest);
  const { run, event } = await commit(storage.stores.uploads, 'c1');
  await storage.queues.plan.send(event);
  await drain(storage, partsOf(storage));
  return { storage, view: (await readRun(storage.stores, PROJECT, run))! };
}

const points = (count: number, value = '1') => `[${Array.from({ length: count }, () => `[${value},1]`).join()}]`;

describe('a manifest that is none rejects its commit, and says where', () => {
  test.each<[string, string | Buffer]>([
    ['not JSON', '{"key":"a.jpg"'],
    ['bytes of something else', Buffer.from([0xff, 0xd8, 0xff, 0x00, 0x0a, 0xfe])],
    ['an array', '["a.jpg"]'],
    ['null', 'null'],
    ['a key that is no text', '{"key":{"toString":"a.jpg"}}'],
    ['a key with NUL', '{"key":"a\\u0000.jpg"}'],
    ['a key of 901 bytes', `{"key":"${'x'.repeat(901)}"}`],
    ['a number beyond all numbers', `{"key":"a.jpg","keypoints":${points(68, '1e999')}}`],
    ['a box of negative width', '{"key":"a.jpg","box":{"left":0,"top":0,"width":-1,"height":5}}'],
    ['a layout that does not exist', `{"key":"a.jpg","keypoints":${points(68)},"layout":"__proto__"}`],
    ['a group of 201 letters', `{"key":"a.jpg","group":"${'g'.repeat(201)}"}`],
    ['a line of two megabytes', `{"key":"a.jpg","note":"${'x'.repeat(2_000_000)}"}`],
    ['JSON that is nested a hundred thousand deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('%s', async (_, line) => {
    const before = Buffer.from('{"key":"a.jpg"}\n');
    const { view } = await planned(Buffer.concat([before, Buffer.from(line)]));
    expect(view.status).toBe('REJECTED');
    expect(view.rejection).toMatchObject({ code: 'INVALID_MANIFEST', message: expect.stringContaining('line 2') });
  });
});

test('a key that points out of its batch finds nothing there', async () => {
  const keys = ['../../../elsewhere/batches/theirs/images/secret.jpg', '/elsewhere/batches/theirs/images/secret.jpg'];
  const { view, storage } = await planned(keys.map((key) => `${JSON.stringify({ key })}\n`).join(''));
  expect(view.done).toMatchObject({ scored: 0, failed: 2, errors: { MISSING: 2 } });
  expect(Object.keys(ledger(storage)).filter((key) => !key.startsWith(`${PROJECT}/`))).toEqual([]);
});

test('fields that would change what objects are change nothing', async () => {
  const line =
    '{"key":"a.jpg","__proto__":{"key":"b.jpg","polluted":true},"constructor":{"prototype":{"polluted":true}}}';
  const { view } = await planned(line);
  expect(view.done).toMatchObject({ scored: 1, failed: 0 });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('truth with another number of points than its layout has is named, and fails no neighbour', async () => {
  const lines = ['{"key":"a.jpg"}', `{"key":"a.jpg","keypoints":${points(5)},"layout":"ibug68"}`].join('\n');
  const { view } = await planned(lines);
  expect(view.done?.scored ?? view.rejection).toBeTruthy();
});
