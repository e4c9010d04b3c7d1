/** Whether a shard was scored before is asked only where it may have been; where nobody could know, nothing is lost. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { resultKeys } from '../../domain/keys.ts';
import { type ScoreMessage, scoreMessageSchema } from '../../domain/records.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { sweep } from '../../scoring/sweep.ts';
import { runScorer } from '../../scoring/worker/loop.ts';
import { interceptQueues } from '../../storage/intercept.ts';
import { Faults } from '../storage/faults/faults.ts';
import type { MemoryStorage } from './memory.ts';
import { drain, ledger, NOW, PROJECT, partsOf, truthOf, world } from './world.ts';

const IMAGES = 40;
const manifest = Array.from({ length: IMAGES }, (_, i) => truthOf(i));
const signal = new AbortController().signal;

const messagesOf = (storage: MemoryStorage): ScoreMessage[] =>
  storage.queues.score.visible.map(({ body }) => scoreMessageSchema.parse(JSON.parse(body)));

async function planned() {
  const { storage, committed } = await world({ images: IMAGES, manifest });
  await handlePlanMessage(partsOf(storage), committed.event);
  return { storage, run: committed.run, event: committed.event, messages: messagesOf(storage) };
}

test.each([
  ['a message as the planner sends it', {}, 1, 'scored', 0],
  ['one that was received before', {}, 2, 'known', 1],
  ['one that may be a repetition', { again: true }, 1, 'known', 1],
] as const)('%s', async (_, more, receives, kind, asked) => {
  const { storage, messages } = await planned();
  const [message] = messages;
  await scoreShard(partsOf(storage), message!, { signal });
  const faults = new Faults();
  const outcome = await scoreShard(partsOf(faults.wrap(storage)), { ...message!, ...more }, { signal, receives });
  expect(outcome).toEqual({ kind, finish: 'unfinished' });
  const heads = faults.calls.filter(({ method, subject }) => method === 'head' && subject?.includes('/predictions/'));
  expect(heads).toHaveLength(asked);
});

test('a shard that two messages name, neither of which can know, is scored twice and has one set of outcomes', async () => {
  const undisturbed = await planned();
  await drain(undisturbed.storage, partsOf(undisturbed.storage));
  const { storage } = await planned();
  storage.queues.score.visible.push(...storage.queues.score.visible.map((message) => ({ ...message })));
  const scored: string[] = [];
  const parts = partsOf(storage);
  const scorer: typeof parts.scorer = {
    async *score(model, items, options) {
      for await (const outcome of parts.scorer.score(model, items, options)) {
        scored.push(outcome.prediction.key);
        yield outcome;
      }
    },
  };
  await drain(storage, { ...parts, scorer });
  expect(scored).toHaveLength(2 * IMAGES);
  expect(ledger(storage)).toEqual(ledger(undisturbed.storage));
});

test('what the planner sends at first can be no repetition; what it, or the sweep, sends anew may be', async () => {
  const { storage, run, event, messages } = await planned();
  expect(messages.map(({ again }) => again)).toEqual([undefined, undefined, undefined]);
  storage.queues.score.visible = [];
  await handlePlanMessage(partsOf(storage), event);
  expect(messagesOf(storage).map(({ again }) => again)).toEqual([true, true, true]);
  storage.queues.score.visible = [];
  const parts = partsOf(storage, { now: () => new Date(NOW.getTime() + 2 * 3_600_000) });
  expect(await sweep(parts)).toMatchObject({ shardsSent: 3 });
  expect(messagesOf(storage)).toEqual(messages.map((message) => ({ ...message, run, again: true })));
});

test('a worker that is told to stop sends what it has begun anew as a repetition', async () => {
  const { storage, messages } = await planned();
  const stop = new AbortController();
  const parts = partsOf(storage);
  const scorer: typeof parts.scorer = {
    async *score(model, items, options) {
      yield* parts.scorer.score(model, items, options);
      stop.abort();
    },
  };
  const queues = interceptQueues(storage.queues, async ({ method }, proceed) => {
    if (method === 'receive' && storage.queues.score.visible.length === 0 && !stop.signal.aborted)
      await once(stop.signal, 'abort');
    return proceed();
  });
  await runScorer({ ...parts, queues, scorer }, { signal: stop.signal, atOnce: 1 });
  const sent = messagesOf(storage);
  expect(sent).toHaveLength(messages.length);
  expect(sent.at(-1)).toEqual({ ...messages[0], again: true });
  expect(await storage.stores.results.head(resultKeys.predictionShard(PROJECT, messages[0]!.run, '000000'))).toBeNull();
});
