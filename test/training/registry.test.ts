import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FiducialError } from '../../domain/errors.ts';
import { modelKeys } from '../../domain/keys.ts';
import { type ModelCard, modelCardSchema } from '../../domain/modelCard.ts';
import { type Embedded, openEmbedded } from '../../storage/embedded/index.ts';
import { interceptStore } from '../../storage/intercept.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { readPackage, writePackage } from '../../training/packageFolder.ts';
import {
  listModels,
  listVersions,
  PRODUCTION,
  quantizedCard,
  readAlias,
  readCard,
  registerModel,
  setAlias,
  sha256Of,
  versionOf,
} from '../../training/registry.ts';

let folder: string;
let embedded: Embedded;
let store: ObjectStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-registry-'));
  embedded = await openEmbedded({ folder: join(folder, 'data') });
  store = embedded.stores.models;
});

afterEach(async () => {
  await embedded.close();
  await rm(folder, { recursive: true });
});

/** What the bytes are does not matter to the registry, only that they are the card's. */
function packageOf(content: string, changes: Partial<ModelCard> = {}) {
  const onnxBytes = Buffer.from(content);
  const card = modelCardSchema.parse({
    name: 'nose',
    version: versionOf(onnxBytes),
    sha256: sha256Of(onnxBytes),
    bytes: onnxBytes.length,
    description: '',
    layout: 'nose1',
    points: 1,
    input: { width: 80, height: 60, channels: 1, fit: 'stretch' },
    crop: 'whole',
    codec: 'crop-units',
    recipe: 'nose',
    trainingRun: null,
    data: [],
    licenceNote: '',
    parityError: 0,
    metrics: [],
    createdAt: '2026-11-24T00:00:00Z',
    ...changes,
  });
  return { card, onnxBytes };
}

async function register(content: string, changes: Partial<ModelCard> = {}) {
  const { card, onnxBytes } = packageOf(content, changes);
  return registerModel(store, 'default', card, onnxBytes);
}

describe('a registered model', () => {
  it('is there with its file and its card, and registering it again changes nothing', async () => {
    const card = await register('first');
    const key = modelKeys.card('default', 'nose', card.version);
    const before = await store.head(key);
    expect(await register('first', { createdAt: '2027-01-01T00:00:00Z' })).toEqual(card);
    expect(await store.head(key)).toEqual(before);
    expect(await readCard(store, 'default', 'nose', card.version)).toEqual(card);
    const onnx = await store.get(modelKeys.onnx('default', 'nose', card.version));
    expect(onnx.body.toString()).toBe('first');
  });

  it('keeps its version to itself', async () => {
    await register('first', { version: '1' });
    await expect(register('second', { version: '1' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    const onnx = await store.get(modelKeys.onnx('default', 'nose', '1'));
    expect(onnx.body.toString()).toBe('first');
  });

  it('is completed where registering it was cut short after the file', async () => {
    const { card, onnxBytes } = packageOf('first');
    await store.put(modelKeys.onnx('default', 'nose', card.version), onnxBytes);
    expect(await listVersions(store, 'default', 'nose')).toEqual([]);
    await registerModel(store, 'default', card, onnxBytes);
    expect((await listVersions(store, 'default', 'nose')).map(({ version }) => version)).toEqual([card.version]);
  });

  it('is refused where its card speaks of another file', async () => {
    const { card } = packageOf('first');
    const refused = expect(registerModel(store, 'default', card, Buffer.from('other'))).rejects;
    await refused.toMatchObject({ code: 'INVALID_MODEL' });
    expect(await listModels(store, 'default')).toEqual([]);
  });

  it('is listed, newest version first, its aliases not among them', async () => {
    await register('first', { version: '1' });
    await register('second', { version: '2' });
    await register('third', { name: 'face58' });
    await setAlias(store, 'default', 'nose', PRODUCTION, '1');
    expect(await listModels(store, 'default')).toEqual(['face58', 'nose']);
    expect((await listVersions(store, 'default', 'nose')).map(({ version }) => version)).toEqual(['2', '1']);
    expect(await listVersions(store, 'default', 'none')).toEqual([]);
  });
});

describe('the card of an int8 model', () => {
  const metrics = [{ set: 'test', n: 1, missed: 0, maePx: 1, nme: {} }];

  it('names the float model, and claims none of its figures', () => {
    const { card } = packageOf('float', { version: '1', metrics });
    const bytes = Buffer.from('int8');
    const int8 = quantizedCard(card, bytes);
    expect(int8).toMatchObject({ name: 'nose-int8', version: sha256Of(bytes).slice(0, 12), precision: 'int8' });
    expect(int8).toMatchObject({ quantizedFrom: card.sha256, sha256: sha256Of(bytes), parityError: null, metrics: [] });
    expect(quantizedCard(card, bytes, { metrics }).metrics).toEqual(metrics);
  });

  it('says all else as the float model does: what feeds it, what its labels are like, whose data it saw', () => {
    const told: Omit<
      ModelCard,
      'name' | 'version' | 'sha256' | 'bytes' | 'precision' | 'quantizedFrom' | 'parityError' | 'metrics'
    > = {
      description: 'Points',
      layout: 'ibug68',
      points: 68,
      input: { width: 9, height: 8, margin: 1.6, kernel: 'cubic', fill: [1, 2, 3], fit: 'stretch', channels: 1 },
      crop: 'detect',
      codec: 'crop-units',
      detectorBoxes: { some: { dx: 0.1, dy: 0.2, scale: 0.9 } },
      flipTest: true,
      labelShift: 0.01,
      secondPass: { margin: 1.5 },
      recipe: 'face68',
      trainingRun: 'run',
      data: [{ name: 'faces', images: 3, licence: 'research only', digest: 'a'.repeat(64) }],
      licenceNote: 'research only',
      pretraining: 'ImageNet',
      createdAt: '2026-11-24T00:00:00Z',
    };
    const { card } = packageOf('float', told);
    const changed = new Set([
      'name',
      'version',
      'sha256',
      'bytes',
      'precision',
      'quantizedFrom',
      'parityError',
      'metrics',
    ]);
    const kept = (from: ModelCard) => Object.fromEntries(Object.entries(from).filter(([field]) => !changed.has(field)));
    // A field that a card gets later is in the schema, and so has to be told here.
    expect(Object.keys(kept(card)).sort()).toEqual(
      Object.keys(modelCardSchema.shape)
        .filter((f) => !changed.has(f))
        .sort(),
    );
    expect(kept(quantizedCard(card, Buffer.from('int8')))).toEqual(kept(card));
  });
});

describe('an alias', () => {
  beforeEach(async () => {
    await register('first', { version: '1' });
    await register('second', { version: '2' });
  });
  const set = (version: string, options = {}, on = store) =>
    setAlias(on, 'default', 'nose', PRODUCTION, version, options);

  it('points where it was set last, and remembers where before', async () => {
    expect(await readAlias(store, 'default', 'nose', PRODUCTION)).toBeNull();
    expect(await set('1')).toMatchObject({ version: '1', previous: null });
    expect(await set('2')).toMatchObject({ version: '2', previous: '1' });
    expect(await readAlias(store, 'default', 'nose', PRODUCTION)).toMatchObject({ version: '2', previous: '1' });
  });

  it('is only set to what exists', async () => {
    await expect(set('3')).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' });
    expect(await readAlias(store, 'default', 'nose', PRODUCTION)).toBeNull();
  });

  it('stays where the caller expected it elsewhere', async () => {
    await set('1', { expected: null });
    await expect(set('2', { expected: null })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    await expect(set('2', { expected: '2' })).rejects.toThrow('got 1');
    expect(await set('2', { expected: '1' })).toMatchObject({ version: '2' });
  });

  it('loses no update between writers: they stand in one line, each after another', async () => {
    for (const version of ['3', '4', '5']) await register(version, { version });
    const answers = await Promise.all(['1', '2', '3', '4', '5'].map((version) => set(version)));
    expect(new Set(answers.map(({ previous }) => previous)).size).toBe(5);
    const last = await readAlias(store, 'default', 'nose', PRODUCTION);
    expect(answers.map(({ previous }) => previous)).not.toContain(last?.version);
  });

  it('is set where the answer to its write was lost and the write is refused when tried again', async () => {
    const lossy = interceptStore(store, async (call, proceed) => {
      const result = await proceed();
      if (call.method !== 'put') return result;
      throw new FiducialError('PRECONDITION_FAILED', 'refused on the retry of a write that had succeeded');
    });
    expect(await set('1', {}, lossy)).toMatchObject({ version: '1', previous: null });
  });

  it('is refused where what is stored is no alias', async () => {
    await store.put(modelKeys.alias('default', 'nose', PRODUCTION), '{"version": 1}');
    await expect(set('1')).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  });
});

describe('a package in a folder', () => {
  it('is read as it was written, and may be replaced', async () => {
    for (const content of ['first', 'second']) {
      const { card, onnxBytes } = packageOf(content);
      await writePackage(join(folder, 'models', 'nose'), card, onnxBytes);
      const read = await readPackage(join(folder, 'models', 'nose'));
      expect(read.card).toEqual(card);
      expect(Buffer.from(read.onnxBytes).toString()).toBe(content);
    }
  });

  it('is refused where it is not there, damaged, or its card is none', async () => {
    const { card, onnxBytes } = packageOf('first');
    await expect(readPackage(folder)).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' });
    await writePackage(folder, card, onnxBytes);
    await writeFile(join(folder, 'model.onnx'), 'damaged');
    await expect(readPackage(folder)).rejects.toMatchObject({ code: 'INVALID_MODEL' });
    await writeFile(join(folder, 'card.json'), '{}');
    await expect(readPackage(folder)).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  });
});
