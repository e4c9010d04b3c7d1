import { expect, test, vi } from 'vitest';
import { parsePlanMessage } from '../../../storage/events.ts';
import type { JobQueue } from '../../../storage/ports.ts';
import { embedded } from '../folders.ts';

const receive = (queue: JobQueue, max = 10, leaseSeconds = 30) => queue.receive({ max, waitSeconds: 0, leaseSeconds });

test('a commit becomes a message as S3 sends it, after one test event', async () => {
  const { stores, queues } = await embedded();
  await stores.uploads.put('default/batches/b/images/x.jpg', 'no commit');
  await stores.results.put('commits/other-bucket', 'no commit');
  await stores.uploads.put('commits/default/b/c 1+ü.json', '{}');
  const bodies = (await receive(queues.plan)).map((message) => message.body);
  expect(bodies.map((body) => parsePlanMessage(body))).toEqual([
    { kind: 'test' },
    { kind: 'commits', keys: ['commits/default/b/c 1+ü.json'] },
  ]);
  const record = JSON.parse(bodies[1] ?? '').Records[0];
  expect(record).toMatchObject({
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: {
      bucket: { name: 'uploads', arn: 'arn:aws:s3:::uploads' },
      object: { key: 'commits/default/b/c+1%2B%C3%BC.json', size: 2, eTag: '99914b932bd37a50b983c5e7c90ae93b' },
    },
  });
});

test('a commit that fails its condition sends nothing', async () => {
  const { stores, queues } = await embedded();
  const ifAbsent = { condition: { ifAbsent: true } } as const;
  await stores.uploads.put('commits/p/b/c.json', '{}', ifAbsent);
  await expect(stores.uploads.put('commits/p/b/c.json', '{}', ifAbsent)).rejects.toThrow();
  // The test event, and the one that was written.
  expect((await queues.plan.counts()).visible).toBe(2);
});

test('ten messages of one project do not wait behind ten thousand of another', async () => {
  const { queues } = await embedded();
  await queues.score.sendAll(Array.from({ length: 10_000 }, (_, n) => ({ body: `big ${n}`, group: 'big' })));
  await queues.score.sendAll(Array.from({ length: 10 }, (_, n) => ({ body: `small ${n}`, group: 'small' })));
  const order: string[] = [];
  for (let n = 0; n < 25; n++) order.push(...(await receive(queues.score, 1)).map((message) => message.body));
  expect(order.filter((body) => body.startsWith('small'))).toHaveLength(10);
  expect(order.filter((body) => body.startsWith('big')).length).toBeGreaterThan(10);
});

test('one receive takes of each group in turn', async () => {
  const { queues } = await embedded();
  for (const group of ['a', 'b', 'c']) {
    await queues.score.sendAll(Array.from({ length: 20 }, () => ({ body: group, group })));
  }
  const bodies = (await receive(queues.score)).map((message) => message.body);
  for (const group of ['a', 'b', 'c']) expect(bodies.filter((body) => body === group).length).toBeGreaterThanOrEqual(3);
});

test('a receipt of an earlier delivery does nothing', async () => {
  const { queues } = await embedded();
  await queues.score.send('x');
  const [stale] = await receive(queues.score, 1, 1);
  const receipt = stale?.receipt ?? '';
  await vi.waitFor(async () => expect((await queues.score.counts()).visible).toBe(1), { timeout: 5000 });
  const [fresh] = await receive(queues.score, 1);
  expect(fresh?.receives).toBe(2);
  const lost = { code: 'LEASE_LOST' };
  await expect(queues.score.acknowledge(receipt)).rejects.toMatchObject(lost);
  await expect(queues.score.extend(receipt, 30)).rejects.toMatchObject(lost);
  await expect(queues.score.release(receipt)).rejects.toMatchObject(lost);
  await expect(queues.score.release('nonsense')).rejects.toMatchObject(lost);
  expect(await queues.score.counts()).toMatchObject({ inFlight: 1 });
});

test('a lease that has ended can’t be extended, though no other delivery holds it yet', async () => {
  const { queues } = await embedded();
  await queues.score.send('x');
  const [message] = await receive(queues.score, 1, 1);
  await vi.waitFor(async () => expect((await queues.score.counts()).visible).toBe(1), { timeout: 5000 });
  const extend = queues.score.extend(message?.receipt ?? '', 30);
  await expect(extend).rejects.toMatchObject({ code: 'LEASE_LOST', retryable: true });
});

test('a message that was redriven counts its receives anew', async () => {
  const { queues } = await embedded({ maxReceives: 1 });
  await queues.score.send('x', { group: 'g' });
  await queues.score.release((await receive(queues.score, 1))[0]?.receipt ?? '');
  expect(await receive(queues.score, 1)).toEqual([]);
  expect(await queues.score.redrive()).toBe(1);
  expect((await receive(queues.score, 1))[0]).toMatchObject({ receives: 1, group: 'g' });
});

test('ten receives without acknowledgement, and no more, precede the dead letters', async () => {
  const { queues } = await embedded();
  await queues.score.send('poison');
  for (let n = 1; n <= 10; n++) {
    const [message] = await receive(queues.score, 1);
    expect(message?.receives).toBe(n);
    await queues.score.release(message?.receipt ?? '');
  }
  expect(await receive(queues.score, 1)).toEqual([]);
  expect(await queues.score.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0, dead: 1 });
});

test('a clock that is set back hides no message that was visible', async () => {
  let now = 1_800_000_000_000;
  const { queues } = await embedded({ now: () => now });
  await queues.score.send('x');
  now -= 3_600_000;
  const [message] = await receive(queues.score, 1);
  expect(message?.body).toBe('x');
  await queues.score.release(message?.receipt ?? '');
  now -= 3_600_000;
  expect(await receive(queues.score, 1)).toHaveLength(1);
});

test('counts stay true through sends, leases, releases, moves and acknowledgements', async () => {
  const { queues } = await embedded({ maxReceives: 1 });
  await queues.score.sendAll(Array.from({ length: 6 }, (_, n) => ({ body: String(n), group: String(n % 2) })));
  await queues.score.send('later', { delaySeconds: 900 });
  const taken = await receive(queues.score, 4);
  expect(await queues.score.counts()).toEqual({ visible: 2, inFlight: 4, delayed: 1, dead: 0 });
  await queues.score.acknowledge(taken[0]?.receipt ?? '');
  await queues.score.release(taken[1]?.receipt ?? '');
  expect(await queues.score.counts()).toEqual({ visible: 3, inFlight: 2, delayed: 1, dead: 0 });
  expect(await receive(queues.score, 10)).toHaveLength(2);
  expect(await queues.score.counts()).toEqual({ visible: 0, inFlight: 4, delayed: 1, dead: 1 });
});
