import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { modelKeys } from '../../domain/keys.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import {
  ApiError,
  CommitBatch,
  CreateBatch,
  createClient,
  Metrics,
  Predictions,
  payload,
  Run,
  RunProgress,
  type RunProgressData,
  StartTraining,
  TrainingProgress,
} from '../../graphql/client/index.ts';
import { startServer } from '../../graphql/nodeServer.ts';
import { DEFAULT_SETTINGS } from '../../graphql/ports.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { generateOperations } from '../../scripts/generateOperations.ts';
import { truthOf } from '../scoring/world.ts';
import { embedded } from '../storage/folders.ts';
import { fill, type Stack, stack, TOKEN } from './stack.ts';

/** The API on a port, with a client of it. */
async function running(pollMs = 50) {
  let url = '';
  const storage = await embedded({ baseUrl: () => url });
  const s = await stack({ storage, settings: { pollMs } });
  const options = { api: s.api, storage: { stores: storage.stores, signer: storage.signer } };
  let server = await startServer({ port: 0, ...options });
  url = server.url;
  onTestFinished(() => server.close());
  const client = createClient({ url, token: TOKEN, reconnectMs: 20 });
  const restart = async () => {
    const { port } = server;
    await server.close();
    server = await startServer({ port, ...options });
  };
  return { ...s, url, client, restart };
}

async function committed({ client, stores }: Awaited<ReturnType<typeof running>>, images: number) {
  const { batch } = payload((await client.request(CreateBatch, { input: { name: 'faces' } })).createBatch);
  await fill({ stores }, batch.batch, images, truthOf);
  const { run } = payload(
    (await client.request(CommitBatch, { input: { batch: batch.id, model: 'fake', errorThreshold: 1 } })).commitBatch,
  );
  return run;
}

/** Plans everything; gives the score messages. */
async function plan({ queues, parts }: Pick<Stack, 'queues' | 'parts'>): Promise<string[]> {
  for (const { body, receipt } of await queues.plan.receive({ max: 10, waitSeconds: 0, leaseSeconds: 60 })) {
    await handlePlanMessage(parts, body);
    await queues.plan.acknowledge(receipt);
  }
  const messages = await queues.score.receive({ max: 10, waitSeconds: 0, leaseSeconds: 60 });
  return messages.map(({ body }) => body);
}

const score = ({ parts }: Pick<Stack, 'parts'>, body: string) =>
  scoreShard(parts, scoreMessageSchema.parse(JSON.parse(body)), { signal: new AbortController().signal });

describe('the typed client', () => {
  test('is generated from the schema: `node scripts/generateOperations.ts` writes it again', () => {
    const file = new URL('../../graphql/client/operations.generated.ts', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(generateOperations('graphql/client'));
  });

  test('makes, commits and reads a batch', async () => {
    const s = await running();
    const { id } = await committed(s, 10);
    await s.work();
    const { run } = await s.client.request(Run, { id });
    expect(run).toMatchObject({ status: 'DONE', scored: 9, failed: 1 });
    const { run: measured } = await s.client.request(Metrics, { id });
    expect(measured?.metrics?.n).toBe(9);
    const { run: predicted } = await s.client.request(Predictions, { id, code: 'NOT_AN_IMAGE' });
    expect(predicted?.predictions.edges.map(({ node }) => node.outcome)).toEqual(['FAILED']);
  });

  test('throws what the API refuses', async () => {
    const { client, url } = await running();
    const refused = client
      .request(CommitBatch, { input: { batch: 'Batch:default:none', model: 'fake' } })
      .then((data) => payload(data.commitBatch));
    await expect(refused).rejects.toMatchObject({ name: 'ApiError', code: 'NOT_FOUND' });
    await expect(client.request(Run, { id: 'x' })).rejects.toMatchObject({ code: 'INVALID_INPUT', retryable: false });
    const stranger = createClient({ url, token: 'no' });
    await expect(stranger.request(Run, { id: 'x' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(stranger.subscribe(RunProgress, { run: 'x' }).next()).rejects.toBeInstanceOf(ApiError);
    const nowhere = createClient({ url: 'http://127.0.0.1:1', token: TOKEN });
    await expect(nowhere.request(Run, { id: 'x' })).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });
});

/** How long this process, which is client, server and worker here, did not get to run: its timers came late by that. */
function stalls() {
  const EVERY_MS = 20;
  let total = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    total += Math.max(0, now - last - EVERY_MS);
    last = now;
  }, EVERY_MS);
  onTestFinished(() => clearInterval(timer));
  return () => total + Math.max(0, performance.now() - last - EVERY_MS);
}

describe('progress over a subscription', () => {
  test('reaches the client within a second of the shard that made it, and ends with the run', async () => {
    const s = await running(DEFAULT_SETTINGS.pollMs);
    const { id } = await committed(s, 48);
    const messages = await plan(s);
    expect(messages).toHaveLength(3);
    const stalledMs = stalls();
    const now = () => performance.now() - stalledMs();
    const seen: { scored: number; at: number }[] = [];
    const watching = (async () => {
      let last: RunProgressData | null = null;
      for await (const event of s.client.subscribe(RunProgress, { run: id })) {
        last = event;
        const { progress } = event.runProgress;
        if (progress) seen.push({ scored: progress.scored + progress.failed, at: now() });
      }
      return last;
    })();
    const made: { done: number; at: number }[] = [];
    for (const [i, body] of messages.entries()) {
      await score(s, body);
      made.push({ done: (i + 1) * 16, at: now() });
      while (!seen.some(({ scored }) => scored >= (i + 1) * 16)) await sleep(5);
    }
    const last = await watching;
    expect(last?.runProgress.run.status).toBe('DONE');
    for (const { done, at } of made) {
      const arrived = seen.find(({ scored }) => scored >= done)!;
      expect(arrived.at - at).toBeLessThan(1_000);
    }
  });

  test('goes on after the API was away', async () => {
    const s = await running();
    const { id } = await committed(s, 32);
    const [first, second] = await plan(s);
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { runProgress } of s.client.subscribe(RunProgress, { run: id })) {
        seen.push(runProgress.progress?.scored ?? 0);
      }
    })();
    await score(s, first!);
    while (!seen.some((scored) => scored > 0)) await sleep(5);
    await s.restart();
    await score(s, second!);
    await watching;
    expect(seen.at(-1)).toBe(28);
  });

  test('tells what fails by reason as it fails, and never less than all that failed', async () => {
    const s = await running();
    const { id } = await committed(s, 32);
    const [first, second] = await plan(s);
    const seen: { failed: number; errors: readonly { code: string; count: number }[] }[] = [];
    const watching = (async () => {
      for await (const { runProgress } of s.client.subscribe(RunProgress, { run: id })) {
        const { failed, errors } = runProgress.progress!;
        seen.push({ failed, errors });
      }
    })();
    await score(s, first!);
    while (!seen.some(({ failed }) => failed > 0)) await sleep(5);
    expect(seen.at(-1)).toEqual({ failed: 2, errors: [{ code: 'NOT_AN_IMAGE', count: 2 }] });
    await score(s, second!);
    await watching;
    expect(seen.at(-1)).toEqual({ failed: 4, errors: [{ code: 'NOT_AN_IMAGE', count: 4 }] });
  });

  test('a training run is watched to its end, epochs once each', async () => {
    const s = await running();
    const { training } = payload((await s.client.request(StartTraining, { input: { recipe: 'nose' } })).startTraining);
    const name = training.training;
    const epochs: number[] = [];
    const statuses = new Set<string>();
    const watching = (async () => {
      for await (const { trainingProgress } of s.client.subscribe(TrainingProgress, { training: training.id })) {
        epochs.push(...trainingProgress.epochs.map(({ epoch }) => epoch));
        statuses.add(trainingProgress.training.status);
      }
    })();
    const errors = { loss: 1, maePx: 2, nme: null };
    const at = new Date().toISOString();
    for (let epoch = 1; epoch <= 3; epoch++) {
      const record = { epoch, train: errors, test: errors, seconds: 1, at };
      await s.stores.models.put(modelKeys.trainingEpoch('default', name, epoch), JSON.stringify(record));
      while (!epochs.includes(epoch)) await sleep(5);
    }
    const done = {
      training: name,
      outcome: 'failed',
      error: { code: 'DIVERGED', message: 'x' },
      epochs: 3,
      train: null,
      test: null,
      model: null,
      seconds: 3,
      finishedAt: at,
    };
    await s.stores.models.put(modelKeys.trainingDone('default', name), JSON.stringify(done));
    await watching;
    expect(epochs).toEqual([1, 2, 3]);
    expect([...statuses]).toEqual(['QUEUED', 'FAILED']);
  });
});
