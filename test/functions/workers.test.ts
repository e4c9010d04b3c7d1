import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { resultKeys } from '../../domain/keys.ts';
import { countingImages, embeddedMetrics, METRICS } from '../../functions/metrics.ts';
import { TaskProtection } from '../../functions/taskProtection.ts';
import { watchedQueue } from '../../functions/watchedQueue.ts';
import { SILENT } from '../../scoring/ports.ts';
import { embedded } from '../storage/folders.ts';

/** The ECS agent's endpoint, over HTTP as in a task. */
const requests: unknown[] = [];
let answer: unknown = {};
const agent = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    requests.push({ method: request.method, url: request.url, ...JSON.parse(body) });
    response.end(JSON.stringify(answer));
  });
});
await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
const agentUri = `http://127.0.0.1:${(agent.address() as AddressInfo).port}/api/task`;
afterAll(() => agent.close());

const HELD = { protection: { ProtectionEnabled: true, ExpirationDate: '2026-01-01T00:00:00Z', TaskArn: 'arn' } };
let now = 0;
beforeEach(() => {
  requests.length = 0;
  answer = HELD;
  now = 1_000_000;
});
const protection = () => new TaskProtection({ agentUri, log: SILENT, now: () => now });

describe('task scale-in protection', () => {
  it('is taken through the ECS agent for half an hour, and given back', async () => {
    const held = protection();
    expect(await held.take()).toBe('held');
    await held.release();
    const url = '/api/task/task-protection/v1/state';
    expect(requests).toEqual([
      { method: 'PUT', url, ProtectionEnabled: true, ExpiresInMinutes: 30 },
      { method: 'PUT', url, ProtectionEnabled: false },
    ]);
  });

  it('is renewed after five minutes, and not asked for in between', async () => {
    const held = protection();
    await held.take();
    now += 299_000;
    await held.take();
    expect(requests).toHaveLength(1);
    now += 2_000;
    await held.take();
    expect(requests).toHaveLength(2);
  });

  it('says where a deployment waits for it', async () => {
    answer = { failure: { Arn: 'arn', Reason: 'DEPLOYMENT_BLOCKED', Detail: 'a deployment' } };
    expect(await protection().take()).toBe('blocked');
  });

  it('does not stop the work where the agent refuses, answers nonsense or is not there', async () => {
    answer = { error: { Code: 'AccessDeniedException', Message: 'no' } };
    expect(await protection().take()).toBe('refused');
    answer = 'nonsense';
    expect(await protection().take()).toBe('refused');
    const nobody = new TaskProtection({ agentUri: 'http://127.0.0.1:9', log: SILENT });
    expect(await nobody.take()).toBe('refused');
  });

  it('is not needed outside of ECS', async () => {
    const outside = new TaskProtection({ agentUri: null, log: SILENT });
    expect(await outside.take()).toBe('held');
    await outside.release();
    expect(requests).toEqual([]);
  });
});

describe('a watched queue', () => {
  const receive = { max: 1, waitSeconds: 0, leaseSeconds: 60 };

  async function world() {
    const { queues } = await embedded();
    const state = { alive: 0, stopped: 0 };
    const held = protection();
    const queue = watchedQueue(queues.score, {
      protection: held,
      alive: () => void state.alive++,
      askToStop: () => void state.stopped++,
      now: () => now,
    });
    return { queue, plain: queues.score, held, state };
  }

  it('protects the task from the first message on, through pauses, until it has been idle for a while', async () => {
    const { queue, held } = await world();
    await queue.send('one');
    expect(held.held).toBe(false);
    const [message] = await queue.receive(receive);
    expect(held.held).toBe(true);
    await queue.acknowledge(message!.receipt);
    await queue.receive(receive);
    expect(held.held).toBe(true);
    now += 20_000;
    await queue.receive(receive);
    expect(held.held).toBe(false);
  });

  it('does not count a message that was put back and is not extended any more', async () => {
    const { queue, held } = await world();
    await queue.send('one');
    await queue.receive(receive);
    now += 49_000;
    await queue.receive({ ...receive, max: 1 });
    expect(held.held).toBe(false);
  });

  it('counts a message for as long as its lease is extended', async () => {
    const { queue, held } = await world();
    await queue.send('one');
    const [message] = await queue.receive(receive);
    for (let i = 0; i < 10; i++) {
      now += 20_000;
      await queue.extend(message!.receipt, 60);
      await queue.receive(receive);
    }
    expect(held.held).toBe(true);
  });

  it('asks to stop where a deployment waits, and says that it lives with every call', async () => {
    const { queue, state } = await world();
    answer = { failure: { Reason: 'DEPLOYMENT_BLOCKED' } };
    await queue.send('one');
    await queue.receive(receive);
    expect(state).toEqual({ alive: 1, stopped: 1 });
  });

  it('is the queue in all else', async () => {
    const { queue, plain } = await world();
    await queue.sendAll([{ body: 'one' }, { body: 'two' }]);
    expect(queue.name).toBe(plain.name);
    expect(await queue.counts()).toEqual(await plain.counts());
    expect(queue.deadLetters?.name).toBe(plain.deadLetters?.name);
  });
});

describe('metrics', () => {
  it('are lines in CloudWatch’s embedded format', () => {
    const lines: string[] = [];
    const emit = embeddedMetrics(
      (line) => lines.push(line),
      () => new Date(1_700_000_000_000),
    );
    emit({ stage: 'dev', worker: 'scorer' }, { [METRICS.running]: 1 });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.endsWith('\n')).toBe(true);
    expect(JSON.parse(lines[0]!)).toEqual({
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          { Namespace: 'Fiducial', Dimensions: [['stage', 'worker']], Metrics: [{ Name: 'Running', Unit: 'Count' }] },
        ],
      },
      stage: 'dev',
      worker: 'scorer',
      Running: 1,
    });
  });

  it('count the images of a shard once, when its summary is written, and not when that lost', async () => {
    const { stores } = await embedded();
    const counted: unknown[] = [];
    const results = countingImages(stores.results, 'dev', (_, counts) => counted.push(counts));
    const key = resultKeys.summary('p', 'r', '000000', { scored: 14, failed: 2, errors: { EMPTY: 2 } });
    await results.put(key, '{}', { condition: { ifAbsent: true } });
    await expect(results.put(key, '{}', { condition: { ifAbsent: true } })).rejects.toThrow();
    await results.put('p/runs/r/done.json', '{}');
    expect(counted).toEqual([{ Images: 16, ImagesFailed: 2 }]);
    expect((await results.head(key))?.bytes).toBe(2);
  });
});
