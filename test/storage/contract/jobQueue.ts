/**
 * What every JobQueue keeps. `makeQueue` gives an empty queue whose dead letters come after `maxReceives` receives.
 */
import { describe, expect, test, vi } from 'vitest';
import type { JobQueue, ReceivedMessage } from '../../../storage/ports.ts';

export type MakeQueue = (maxReceives: number) => Promise<JobQueue>;

export function jobQueueContract(name: string, makeQueue: MakeQueue): void {
  describe(`${name} as a JobQueue`, () => {
    delivery(makeQueue);
    leases(makeQueue);
    deadLetters(makeQueue);
  });
}

const receiveOne = async (queue: JobQueue, leaseSeconds = 30, waitSeconds = 0): Promise<ReceivedMessage | undefined> =>
  (await queue.receive({ max: 1, waitSeconds, leaseSeconds }))[0];

/** Of a message that must be there. */
async function take(queue: JobQueue, leaseSeconds = 30): Promise<ReceivedMessage> {
  const message = await receiveOne(queue, leaseSeconds, 10);
  if (!message) throw new Error(`Expected a message on ${queue.name}`);
  return message;
}

/** All that can be received now; each is acknowledged. */
async function drain(queue: JobQueue): Promise<ReceivedMessage[]> {
  const all: ReceivedMessage[] = [];
  for (;;) {
    const page = await queue.receive({ max: 10, waitSeconds: 1, leaseSeconds: 30 });
    if (page.length === 0) return all;
    for (const message of page) await queue.acknowledge(message.receipt);
    all.push(...page);
  }
}

/** Seconds that a lease or a delay runs where its end is waited for: longer than a busy machine is away between two calls. */
const BRIEF = 4;

function delivery(makeQueue: MakeQueue): void {
  test('each message sent is received once while its lease runs, and is gone once acknowledged', async () => {
    const queue = await makeQueue(10);
    await queue.sendAll(Array.from({ length: 25 }, (_, n) => ({ body: `m${n}`, group: `g${n % 3}` })));
    const got = await drain(queue);
    expect(new Set(got.map((message) => message.body))).toEqual(new Set(Array.from({ length: 25 }, (_, n) => `m${n}`)));
    expect(got).toHaveLength(25);
    expect(got.every((message) => message.receives === 1 && message.group?.startsWith('g'))).toBe(true);
    expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0, dead: 0 });
  });

  test('bodies of any text and a group of none come back as they were', async () => {
    const queue = await makeQueue(10);
    await queue.send('ü 😀 "{}" \n <x>');
    expect(await take(queue)).toMatchObject({ body: 'ü 😀 "{}" \n <x>', group: null, receives: 1 });
  });

  test('a long poll wakes when a message comes', async () => {
    const queue = await makeQueue(10);
    const waiting = receiveOne(queue, 30, 20);
    await queue.send('late');
    expect((await waiting)?.body).toBe('late');
  });

  test('a long poll ends when it is told to', async () => {
    const queue = await makeQueue(10);
    const stop = new AbortController();
    const waiting = queue.receive({ max: 1, waitSeconds: 20, leaseSeconds: 30, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('a delayed message is counted and not received before its time', async () => {
    const queue = await makeQueue(10);
    await queue.send('later', { delaySeconds: BRIEF });
    expect(await queue.counts()).toMatchObject({ visible: 0, delayed: 1 });
    expect(await receiveOne(queue)).toBeUndefined();
    expect((await take(queue)).body).toBe('later');
  });

  test('what a call asks beyond the limits is refused', async () => {
    const queue = await makeQueue(10);
    for (const options of [{ max: 0 }, { max: 11 }, { waitSeconds: 21 }, { leaseSeconds: 0 }]) {
      const receive = queue.receive({ max: 1, waitSeconds: 0, leaseSeconds: 30, ...options });
      await expect(receive).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    await expect(queue.send('x', { delaySeconds: 901 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
}

function leases(makeQueue: MakeQueue): void {
  test('a message whose lease ends is received again, and counts its receives', async () => {
    const queue = await makeQueue(10);
    await queue.send('again');
    const first = await take(queue, BRIEF);
    expect(await queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
    expect(await receiveOne(queue)).toBeUndefined();
    const second = await take(queue);
    expect(second).toMatchObject({ body: 'again', receives: 2, id: first.id });
    expect(second.receipt).not.toBe(first.receipt);
  });

  test('an extended lease keeps the message longer', async () => {
    const queue = await makeQueue(10);
    await queue.sendAll([{ body: 'kept' }]);
    const kept = await take(queue, BRIEF);
    await queue.extend(kept.receipt, 30);
    await queue.send('other');
    const other = await take(queue, BRIEF);
    expect(other.body).toBe('other');
    // Its lease ends when that of the first would have ended.
    expect((await take(queue, 30)).body).toBe('other');
    expect(await receiveOne(queue)).toBeUndefined();
    await queue.acknowledge(kept.receipt);
  });

  test('a message that is given back is received at once', async () => {
    const queue = await makeQueue(10);
    await queue.send('back');
    const first = await take(queue, 600);
    await queue.release(first.receipt);
    expect(await take(queue)).toMatchObject({ body: 'back', receives: 2 });
  });

  test('acknowledging twice is harmless', async () => {
    const queue = await makeQueue(10);
    await queue.send('x');
    const { receipt } = await take(queue);
    await queue.acknowledge(receipt);
    await queue.acknowledge(receipt);
    expect(await queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  test('many receivers at once never hold one message together', async () => {
    const queue = await makeQueue(10);
    await queue.sendAll(Array.from({ length: 40 }, (_, n) => ({ body: String(n) })));
    const received: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (;;) {
          const page = await queue.receive({ max: 3, waitSeconds: 0, leaseSeconds: 60 });
          if (page.length === 0) return;
          received.push(...page.map((message) => message.body));
        }
      }),
    );
    expect(new Set(received).size).toBe(received.length);
    expect(received).toHaveLength(40);
  });
}

function deadLetters(makeQueue: MakeQueue): void {
  test('a message that was received as often as allowed goes to the dead letters, and redrive sends it again', async () => {
    const queue = await makeQueue(2);
    await queue.send('poison', { group: 'g' });
    for (let n = 1; n <= 2; n++) {
      const message = await take(queue);
      expect(message.receives).toBe(n);
      await queue.release(message.receipt);
    }
    expect(await receiveOne(queue)).toBeUndefined();
    await vi.waitFor(async () => expect((await queue.counts()).dead).toBe(1), { timeout: 60_000 });
    expect(await queue.redrive()).toBe(1);
    expect(await take(queue)).toMatchObject({ body: 'poison', group: 'g' });
    expect((await queue.counts()).dead).toBe(0);
  });

  test('dead letters are a queue of their own', async () => {
    const queue = await makeQueue(1);
    await queue.send('poison');
    await queue.release((await take(queue)).receipt);
    expect(await receiveOne(queue)).toBeUndefined();
    const dead = queue.deadLetters;
    if (!dead) throw new Error('Expected a queue with dead letters');
    expect(dead.deadLetters).toBeNull();
    const message = await take(dead);
    expect(message.body).toBe('poison');
    await dead.acknowledge(message.receipt);
    await vi.waitFor(async () => expect((await queue.counts()).dead).toBe(0), { timeout: 60_000 });
  });
}
