/** What SQS does when things go wrong, played by a server of our own. */
import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { batchesOf } from '../../../storage/aws/batches.ts';
import { SqsJobQueue } from '../../../storage/aws/jobQueue.ts';
import { type Answer, cut, FAST, faultyEndpoint, jsonError, silence } from './faultyEndpoint.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const json =
  (value: unknown): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(value));
  };

async function queueWith(answers: readonly Answer[], timeouts = {}) {
  const { clients, seen } = await faultyEndpoint(answers, timeouts);
  const address = { name: 'score', url: 'http://127.0.0.1/queue/score', deadLettersUrl: null };
  return { queue: new SqsJobQueue(address, clients.sqs, FAST), seen };
}

interface SentBatch {
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string; readonly MessageGroupId?: string }[];
}

test('messages go in requests of ten and of 256 KiB, in order', () => {
  const small = Array.from({ length: 23 }, (_, n) => ({ body: String(n) }));
  expect(batchesOf(small).map((batch) => batch.length)).toEqual([10, 10, 3]);
  const large = Array.from({ length: 3 }, () => ({ body: 'x'.repeat(100_000) }));
  expect(batchesOf(large).map((batch) => batch.length)).toEqual([2, 1]);
  expect(batchesOf([])).toEqual([]);
});

test('what failed of a batch is sent again, and what did not fail is not', async () => {
  const { queue, seen } = await queueWith([
    json({ Successful: [], Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] }),
    json({ Successful: [], Failed: [] }),
  ]);
  await queue.sendAll([{ body: 'a' }, { body: 'b', group: 'g' }]);
  const batches = seen.map((request) => JSON.parse(request.body) as SentBatch);
  expect(batches.map((batch) => batch.Entries.map((entry) => entry.MessageBody))).toEqual([['a', 'b'], ['b']]);
  expect(batches[1]?.Entries[0]?.MessageGroupId).toBe('g');
});

test('a message that SQS refuses is the sender’s fault', async () => {
  const failed = [{ Id: '0', Code: 'InvalidMessageContents', SenderFault: true }];
  const { queue, seen } = await queueWith([json({ Successful: [], Failed: failed })]);
  await expect(queue.send('\u0001')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(seen).toHaveLength(1);
});

test('throttling and cut connections are tried again', async () => {
  const { queue, seen } = await queueWith([jsonError(400, 'RequestThrottled'), cut, json({})]);
  await queue.acknowledge('receipt');
  expect(seen).toHaveLength(3);
});

test('a lease that SQS no longer knows is LEASE_LOST', async () => {
  for (const type of ['MessageNotInflight', 'ReceiptHandleIsInvalid']) {
    const { queue } = await queueWith([jsonError(400, type)]);
    await expect(queue.extend('receipt', 30)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  }
});

test('a signature that is refused for the clock is made again by the clock of SQS; any other refusal is believed', async () => {
  const refused = jsonError(403, 'InvalidSignatureException');
  const ahead: Answer = (request, response) => {
    response.setHeader('date', new Date(Date.now() + 3_600_000).toUTCString());
    refused(request, response);
  };
  const { queue, seen } = await queueWith([ahead, json({})]);
  await queue.acknowledge('receipt');
  const [first, second] = seen.map(({ headers }) => String(headers['x-amz-date']));
  expect(first).not.toBe(second);
  const forged = await queueWith([refused]);
  await expect(forged.queue.acknowledge('receipt')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(forged.seen).toHaveLength(1);
});

test('a long poll may take longer than other requests', async () => {
  const late: Answer = (request, response) => {
    setTimeout(
      () =>
        json({ Messages: [{ MessageId: '1', Body: 'late', ReceiptHandle: 'r', MD5OfBody: md5('late') }] })(
          request,
          response,
        ),
      300,
    );
  };
  const { queue } = await queueWith([late], { requestTimeoutMs: 100 });
  const [message] = await queue.receive({ max: 1, waitSeconds: 20, leaseSeconds: 30 });
  expect(message).toMatchObject({ body: 'late', receipt: 'r', receives: 1, group: null });
  await expect(queue.acknowledge('r')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('a message that does not match its digest is not given', async () => {
  const { queue, seen } = await queueWith([
    json({ Messages: [{ MessageId: '1', Body: 'damaged', ReceiptHandle: 'r', MD5OfBody: md5('whole') }] }),
  ]);
  const receive = queue.receive({ max: 1, waitSeconds: 0, leaseSeconds: 30 });
  await expect(receive).rejects.toMatchObject({ code: 'CORRUPT_STORE' });
  expect(seen).toHaveLength(FAST.attempts);
});

test('a long poll stops when it is told to', async () => {
  const { queue, seen } = await queueWith([silence]);
  const stop = new AbortController();
  const waiting = queue.receive({ max: 1, waitSeconds: 20, leaseSeconds: 30, signal: stop.signal });
  await Promise.race([vi.waitUntil(() => seen.length === 1, { timeout: 60_000, interval: 5 }), waiting]);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  expect(seen).toHaveLength(1);
});
