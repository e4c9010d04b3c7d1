import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modelKeys } from '../../domain/keys.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { ModelCatalog } from '../../inference/catalog.ts';
import { type Embedded, openEmbedded } from '../../storage/embedded/index.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { centroidPackage } from './models.ts';

let folder: string;
let store: ObjectStore;
let embedded: Embedded;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-catalog-'));
  embedded = await openEmbedded({ folder: join(folder, 'data') });
  store = embedded.stores.models;
});
afterEach(async () => {
  await embedded.close();
  await rm(folder, { recursive: true });
});

async function register(owner: string, more: Partial<ModelCard>): Promise<ModelCard> {
  const { card, bytes } = centroidPackage(more);
  await store.put(modelKeys.onnx(owner, card.name, card.version), Buffer.from(bytes));
  await store.put(modelKeys.card(owner, card.name, card.version), JSON.stringify(card));
  return card;
}

async function ship(more: Partial<ModelCard>): Promise<void> {
  const { card, bytes } = centroidPackage(more);
  await mkdir(join(folder, 'models', card.name), { recursive: true });
  await writeFile(join(folder, 'models', card.name, 'model.onnx'), bytes);
  await writeFile(join(folder, 'models', card.name, 'card.json'), JSON.stringify(card));
}

const catalog = () => new ModelCatalog({ store, shipped: join(folder, 'models'), cache: join(folder, 'cache') });
const found = async (reference: string) => {
  const { owner, card } = await catalog().find('mine', reference);
  return `${owner}/${card.name}@${card.version}`;
};

describe('a model reference', () => {
  test('finds the project’s own before shared, and the newest version', async () => {
    await register('shared', { name: 'face', version: 'z' });
    expect(await found('face')).toBe('shared/face@z');
    await register('mine', { name: 'face', version: 'b' });
    await register('mine', { name: 'face', version: 'a' });
    expect(['mine/face@a', 'mine/face@b']).toContain(await found('face'));
    expect(await found('face@b')).toBe('mine/face@b');
    expect(await found('face@z')).toBe('shared/face@z');
    expect(await found('shared/face')).toBe('shared/face@z');
  });

  test('finds what an alias points at', async () => {
    await register('mine', { name: 'face', version: 'a' });
    await register('mine', { name: 'face', version: 'b' });
    const alias = { version: 'a', previous: null, nonce: 'n', updatedAt: '2026-01-01T00:00:00Z' };
    await store.put(modelKeys.alias('mine', 'face', 'production'), JSON.stringify(alias));
    expect(await found('face@production')).toBe('mine/face@a');
  });

  test('without a version is the one that was promoted, whatever was registered since', async () => {
    await register('mine', { name: 'face', version: 'a' });
    const alias = { version: 'a', previous: null, nonce: 'n', updatedAt: '2026-01-01T00:00:00Z' };
    await store.put(modelKeys.alias('mine', 'face', 'production'), JSON.stringify(alias));
    await register('mine', { name: 'face', version: 'b' });
    await register('mine', { name: 'face', version: 'c' });
    expect(await found('face')).toBe('mine/face@a');
    expect(await found('face@c')).toBe('mine/face@c');
  });

  test('finds a float model and its int8 model apart, each by its name', async () => {
    await ship({ name: 'face', version: '1' });
    await ship({ name: 'face-int8', version: '2', precision: 'int8' });
    expect(await found('face')).toBe('shared/face@1');
    expect(await found('face-int8')).toBe('shared/face-int8@2');
    expect(await catalog().names('mine')).toEqual(['face', 'face-int8']);
    expect((await catalog().load('mine', 'face-int8')).card.precision).toBe('int8');
  });

  test('finds what ships, where the store has none', async () => {
    await ship({ name: 'nose', version: '3' });
    expect(await found('nose')).toBe('shared/nose@3');
    expect(await found('shared/nose@3')).toBe('shared/nose@3');
    await expect(found('nose@4')).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' });
  });

  test('of nothing is UNKNOWN_MODEL and lists what there is; another project’s is nothing', async () => {
    await ship({ name: 'nose' });
    await register('mine', { name: 'face' });
    await register('other', { name: 'secret' });
    await expect(found('fase')).rejects.toMatchObject({
      code: 'UNKNOWN_MODEL',
      message: 'Expected one of the models here (face, nose), got fase; choose one of them or train it first',
    });
    await expect(found('secret')).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' });
    await expect(found('../other/secret')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('the ONNX file', () => {
  test('is kept on disk by its digest, and fetched anew where that copy is damaged', async () => {
    const card = await register('mine', { name: 'face' });
    await catalog().load('mine', 'face');
    const cache = join(folder, 'cache');
    expect(await readdir(cache)).toEqual([`${card.sha256}.onnx`]);
    await writeFile(join(cache, `${card.sha256}.onnx`), 'damaged');
    const again = await catalog().load('mine', 'face');
    expect(again.card).toEqual(card);
    expect(Buffer.from(again.bytes)).toEqual(await readFile(join(cache, `${card.sha256}.onnx`)));
  });

  test('is used all the same where it can not be kept', async () => {
    const card = await register('mine', { name: 'face' });
    // No folder can be made below a file, as none can on a full disk.
    await writeFile(join(folder, 'full'), '');
    const kept = new ModelCatalog({ store, shipped: null, cache: join(folder, 'full', 'cache') });
    expect((await kept.load('mine', 'face')).card).toEqual(card);
  });

  test('that is not what its card says is INVALID_MODEL', async () => {
    const card = await register('mine', { name: 'face' });
    await store.put(modelKeys.onnx('mine', card.name, card.version), Buffer.from('other'));
    await expect(catalog().load('mine', 'face')).rejects.toMatchObject({ code: 'INVALID_MODEL' });
    await ship({ name: 'nose' });
    await writeFile(join(folder, 'models', 'nose', 'model.onnx'), 'other');
    await expect(catalog().load('mine', 'nose')).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  });

  test('whose card is no card is INVALID_MODEL', async () => {
    await store.put(modelKeys.card('mine', 'face', '1'), '{"name": "face"}');
    await expect(found('face@1')).rejects.toMatchObject({ code: 'INVALID_MODEL' });
    await store.put(modelKeys.card('mine', 'face', '2'), 'not json');
    await expect(found('face@2')).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  });
});

describe('the images that a model was trained on', () => {
  const image = (digit: string) => digit.repeat(64);
  const split = JSON.stringify(
    ['train', 'val', 'test'].map((part, i) => ({ image: image(String(i)), key: `${i}.jpg`, group: 'g', part })),
  );

  test('are those that its training run fitted on or chose by; those kept for the test are not', async () => {
    const card = await register('mine', { name: 'face', version: 'a', trainingRun: 't1' });
    expect(await catalog().imagesSeen('mine', card)).toBeNull();
    await store.put(modelKeys.trainingFile('mine', 't1', 'split.json'), split);
    expect(await catalog().imagesSeen('mine', card)).toEqual(new Set([image('0'), image('1')]));
    expect(await catalog().imagesSeen('other', card)).toBeNull();
    expect(await catalog().imagesSeen('mine', { ...card, trainingRun: null })).toBeNull();
    expect(await catalog().imagesSeen('mine', { ...card, trainingRun: '../t1' })).toBeNull();
  });

  test('of a model that ships are in a file beside it, for the version that ships', async () => {
    await ship({ name: 'face', version: 'a' });
    await writeFile(join(folder, 'models', 'face', 'split.json'), split);
    const { card } = await catalog().find('mine', 'face');
    expect(await catalog().imagesSeen('shared', card)).toEqual(new Set([image('0'), image('1')]));
    expect(await catalog().imagesSeen('shared', { ...card, sha256: image('f') })).toBeNull();
    expect(await catalog().imagesSeen('mine', card)).toBeNull();
  });
});
