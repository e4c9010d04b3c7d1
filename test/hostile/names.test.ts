/** File names come from whoever uploads. They are keys of a table here, never paths. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { listPredictions, readRun } from '../../scoring/read/index.ts';
import { BATCH, commit, PROJECT, partsOf } from '../scoring/world.ts';
import { embedded } from '../storage/folders.ts';
import { workOff } from './work.ts';

const NAMES = [
  '../../../../../../etc/passwd',
  '/etc/passwd',
  '..\\..\\windows\\system32',
  'C:\\face.jpg',
  'con.jpg',
  '.',
  '..',
  '%2e%2e%2f%2e%2e%2fface.jpg',
  '%00.jpg',
  'a\nb: c\r\nd.jpg',
  '"><script>alert(1)</script>.jpg',
  "'; DROP TABLE objects; --.jpg",
  '=cmd|calc!A1.jpg',
  '$(reboot).jpg',
  '`reboot`.jpg',
  '-rf',
  '__proto__',
  'constructor',
  'toString',
  '\u202egpj.exe',
  '\ufeffbom.jpg',
  'e\u0301.jpg',
  '\u00e9.jpg',
  '🙂.jpg',
  'x'.repeat(900),
];

test('a hostile name is scored under that very name, and touches no file of its choice', async () => {
  const storage = await embedded();
  for (const name of NAMES) await storage.stores.uploads.put(uploadKeys.image(PROJECT, BATCH, name), `image ${name}`);
  const { run } = await commit(storage.stores.uploads, 'c1');
  await workOff(partsOf(storage));
  const { record, status } = (await readRun(storage.stores, PROJECT, run))!;
  expect(status).toBe('DONE');
  const { edges } = await listPredictions(storage.stores, record!, { first: 100 });
  expect(edges.map(({ node }) => node.prediction.key).sort()).toEqual(NAMES.toSorted());
  expect(edges.every(({ node }) => node.prediction.outcome === 'scored')).toBe(true);
  const bodies = await readdir(join(storage.folder, 'bodies'), { recursive: true, withFileTypes: true });
  for (const file of bodies) expect(file.name).toMatch(file.isFile() ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{2}$/);
  expect(
    (await readdir(storage.folder)).filter(
      (name) => !/^(bodies|tmp|secret|.*\.sqlite.*|.*lock.*|processes|presence)$/.test(name),
    ),
  ).toEqual([]);
});

test('names of projects, batches and runs that could leave their place are no names', async () => {
  const storage = await embedded();
  const parts = partsOf(storage);
  const sent = ['../shared', 'a/b', '', '.', 'A', `x${'y'.repeat(63)}`, 'x\0', '__proto__'];
  for (const project of sent) {
    await storage.queues.plan.send(JSON.stringify({ kind: 'plan', project, batch: 'b', commit: 'c' }));
    await storage.queues.plan.send(JSON.stringify({ kind: 'delete', project, batch: project }));
  }
  await workOff(parts);
  expect((await storage.stores.results.list({ prefix: '' })).objects).toEqual([]);
});
