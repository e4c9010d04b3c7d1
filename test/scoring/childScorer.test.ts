import { rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ItemErrorCode } from '../../domain/errors.ts';
import type { ItemOutcome, ScoringItem, ScoringModel } from '../../scoring/ports.ts';
import { ChildScorer, type ChildScorerOptions } from '../../scoring/worker/childScorer.ts';
import { embedded } from '../storage/folders.ts';
import { fakePrediction } from './fakeModel.ts';
import { imageKey, MODEL_SHA } from './world.ts';

const MODEL: ScoringModel = {
  pin: { owner: 'shared', name: 'fake', version: 'v1', sha256: MODEL_SHA, layout: 'ibug68', points: 68 },
  crop: 'whole',
  detector: null,
};

const open: ChildScorer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((scorer) => scorer.close()));
});

function scorerWith(options: Partial<ChildScorerOptions> = {}): ChildScorer {
  const scorer = new ChildScorer({
    module: resolve(import.meta.dirname, 'fakeChild.ts'),
    env: {},
    maxResidentBytes: 400_000_000,
    maxHeapMb: 256,
    watchEveryMs: 20,
    window: 16,
    windowBytes: 1e7,
    itemTimeoutMs: 700,
    startTimeoutMs: 20_000,
    soloDeaths: 2,
    maxModels: 2,
    loadModel: async (model) => ({ model, card: model.pin.name, bytes: new Uint8Array(8) }),
    ...options,
  });
  open.push(scorer);
  return scorer;
}

async function* images(contents: readonly string[]): AsyncGenerator<ScoringItem> {
  for (const [index, content] of contents.entries()) {
    const item = { key: imageKey(index), etag: '"e"', bytes: content.length, box: null, truths: [], copyOf: null };
    yield { index, item, content: Buffer.from(content) };
  }
}

async function outcomesOf(scorer: ChildScorer, contents: readonly string[], model = MODEL): Promise<ItemOutcome[]> {
  const outcomes: ItemOutcome[] = [];
  const { signal } = new AbortController();
  for await (const outcome of scorer.score(model, images(contents), { signal })) outcomes.push(outcome);
  return outcomes.sort((a, b) => a.index - b.index);
}

function contents(count: number, special: Readonly<Record<number, string>> = {}): string[] {
  return Array.from({ length: count }, (_, i) => special[i] ?? `image ${i}`);
}

function expectAllButThese(
  outcomes: readonly ItemOutcome[],
  all: readonly string[],
  codes: Record<number, ItemErrorCode>,
) {
  expect(outcomes.map(({ index }) => index)).toEqual(all.map((_, i) => i));
  for (const { index, prediction } of outcomes) {
    if (codes[index]) expect(prediction.error?.code).toBe(codes[index]);
    else {
      const item = { key: imageKey(index) };
      expect(prediction).toEqual(fakePrediction({ item, bytes: Buffer.from(all[index]!) }));
    }
  }
}

describe('the scoring process', () => {
  test('reads images where they lie, and says of those that it can not read why', async () => {
    const { stores } = await embedded();
    const bodies = contents(40, { 7: 'damaged', 9: 'gone' });
    const located = await Promise.all(
      bodies.map(async (body, index) => {
        await stores.uploads.put(imageKey(index), body);
        return (await stores.uploads.locate?.(imageKey(index)))!;
      }),
    );
    await writeFile(located[7]!.path, 'DAMAGED');
    await rm(located[9]!.path);
    async function* items(): AsyncGenerator<ScoringItem> {
      for await (const one of images(bodies)) yield { ...one, content: located[one.index]! };
    }
    const outcomes: ItemOutcome[] = [];
    const { signal } = new AbortController();
    for await (const outcome of scorerWith().score(MODEL, items(), { signal })) outcomes.push(outcome);
    outcomes.sort((a, b) => a.index - b.index);
    expectAllButThese(outcomes, bodies, { 7: 'CORRUPT', 9: 'CORRUPT' });
  });

  test('gives every image its outcome, a bad one included', async () => {
    const all = contents(100, { 40: 'bad' });
    expectAllButThese(await outcomesOf(scorerWith(), all), all, { 40: 'NOT_AN_IMAGE' });
  });

  test('that an image kills costs that image alone, also where there are several', async () => {
    const all = contents(60, { 5: 'crash', 6: 'crash', 33: 'throw', 59: 'crash' });
    const expected = { 5: 'CRASHED', 6: 'CRASHED', 33: 'CRASHED', 59: 'CRASHED' } as const;
    expectAllButThese(await outcomesOf(scorerWith(), all), all, expected);
  });

  test('that an image keeps busy for ever costs that image: TIMEOUT', async () => {
    const all = contents(20, { 9: 'hang' });
    expectAllButThese(await outcomesOf(scorerWith(), all), all, { 9: 'TIMEOUT' });
  });

  test.runIf(process.platform === 'linux')('that an image fills beyond its memory costs that image', async () => {
    const all = contents(20, { 9: 'hoard' });
    const outcomes = await outcomesOf(scorerWith({ itemTimeoutMs: 20_000 }), all);
    expectAllButThese(outcomes, all, { 9: 'CRASHED' });
    expect(outcomes[9]?.prediction.error?.message).toContain('memory');
  });

  test('killed from outside at any time costs nothing', async () => {
    const scorer = scorerWith({ soloDeaths: 3 });
    const all = contents(3000);
    let kills = 0;
    const outcomes: ItemOutcome[] = [];
    const { signal } = new AbortController();
    for await (const outcome of scorer.score(MODEL, images(all), { signal })) {
      outcomes.push(outcome);
      if (outcomes.length % 300 !== 0 || scorer.pids.length === 0) continue;
      process.kill(scorer.pids[0]!, 'SIGKILL');
      kills++;
    }
    expect(kills).toBeGreaterThan(5);
    expectAllButThese(
      outcomes.sort((a, b) => a.index - b.index),
      all,
      {},
    );
  });

  test('is one of several where there is work for them, and each may die alone', async () => {
    const scorer = scorerWith({ processes: 3 });
    const all = contents(300, { 5: 'crash', 100: 'bad', 250: 'crash' });
    let most = 0;
    const outcomes: ItemOutcome[] = [];
    const { signal } = new AbortController();
    for await (const outcome of scorer.score(MODEL, images(all), { signal })) {
      outcomes.push(outcome);
      most = Math.max(most, scorer.pids.length);
    }
    expect(most).toBe(3);
    const codes = { 5: 'CRASHED', 100: 'NOT_AN_IMAGE', 250: 'CRASHED' } as const;
    expectAllButThese(
      outcomes.sort((a, b) => a.index - b.index),
      all,
      codes,
    );
    await scorer.close();
    expect(scorer.pids).toEqual([]);
  });

  test('is alone where one has little to do', async () => {
    const scorer = scorerWith({ processes: 3 });
    expect(await outcomesOf(scorer, contents(4))).toHaveLength(4);
    expect(scorer.pids).toHaveLength(1);
  });

  test('serves several shards and models at once, more models than it holds', async () => {
    const scorer = scorerWith();
    const models = ['a', 'b', 'c', 'a'].map((name) => ({ ...MODEL, pin: { ...MODEL.pin, name } }));
    const all = contents(40);
    const runs = models.map((model) => outcomesOf(scorer, all, model));
    for (const outcomes of await Promise.all(runs)) expectAllButThese(outcomes, all, {});
  });

  test('that can not open a model fails its items as a whole, and goes on with others', async () => {
    const scorer = scorerWith();
    const damaged = { ...MODEL, pin: { ...MODEL.pin, name: 'damaged' } };
    await expect(outcomesOf(scorer, contents(10), damaged)).rejects.toMatchObject({ code: 'INVALID_MODEL' });
    expect(await outcomesOf(scorer, contents(10))).toHaveLength(10);
  });

  test('that can not be started is an error, not a loop', async () => {
    const scorer = scorerWith({ module: resolve(import.meta.dirname, 'no-such-module.ts') });
    await expect(outcomesOf(scorer, contents(3))).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('told to stop gives up the shard at once and ends its process', async () => {
    const scorer = scorerWith({ itemTimeoutMs: 60_000 });
    const stop = new AbortController();
    const scoring = scorer.score(MODEL, images(contents(30, { 20: 'hang' })), { signal: stop.signal });
    const outcomes: ItemOutcome[] = [];
    await expect(
      (async () => {
        for await (const outcome of scoring) {
          outcomes.push(outcome);
          if (outcomes.length === 10) stop.abort();
        }
      })(),
    ).rejects.toThrow();
    await scorer.close();
    expect(scorer.pids).toEqual([]);
  });
});
