/** What an image would find that took over the process which decodes it. */
import { resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ScoringItem } from '../../scoring/ports.ts';
import { ChildScorer } from '../../scoring/worker/childScorer.ts';
import { MODEL_SHA } from '../scoring/world.ts';

test('the scoring process has no environment of ours and no arguments: no credentials, no token', async () => {
  process.env.AWS_SECRET_ACCESS_KEY_OF_THIS_TEST = 'secret';
  const scorer = new ChildScorer({
    module: resolve(import.meta.dirname, 'tellingChild.ts'),
    env: { MALLOC_ARENA_MAX: '2' },
    maxResidentBytes: 1e9,
    maxHeapMb: 256,
    watchEveryMs: 200,
    window: 4,
    windowBytes: 1e6,
    itemTimeoutMs: 20_000,
    startTimeoutMs: 20_000,
    soloDeaths: 2,
    maxModels: 1,
    loadModel: async (model) => ({ model, card: '', bytes: new Uint8Array(1) }),
  });
  onTestFinished(() => scorer.close());
  const item = { key: 'a.jpg', etag: '"e"', bytes: 1, box: null, truths: [], copyOf: null };
  const images = async function* (): AsyncGenerator<ScoringItem> {
    yield { index: 0, item, content: Buffer.from('x') };
  };
  const pin = { owner: 'shared', name: 'm', version: 'v1', sha256: MODEL_SHA, layout: 'ibug68', points: 68 } as const;
  const model = { pin, crop: 'whole', detector: null } as const;
  const told: string[] = [];
  const { signal } = new AbortController();
  for await (const { prediction } of scorer.score(model, images(), { signal })) told.push(prediction.error!.message);
  const { environment, arguments: given } = JSON.parse(told[0]!);
  expect(given).toEqual([]);
  expect(environment.filter((name: string) => !/^(MALLOC_ARENA_MAX|NODE_CHANNEL_\w+)$/.test(name))).toEqual([]);
});
