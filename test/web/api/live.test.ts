import { expect, test } from 'vitest';
import { eventsOf } from '../../../graphql/client/eventStream.ts';

function streamOf(chunks: readonly string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
}

async function all(chunks: readonly string[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const message of eventsOf(streamOf(chunks))) found.push(message);
  return found;
}

test('messages are told apart wherever the network cuts them', async () => {
  const text = 'event: next\ndata: {"a":\ndata: 1}\n\n:\n\nevent: complete\ndata:\n\n';
  const expected = [
    { event: 'next', data: '{"a":\n1}' },
    { event: '', data: '' },
    { event: 'complete', data: '' },
  ];
  expect(await all([text])).toEqual(expected);
  expect(await all([...text])).toEqual(expected);
});

test('a message that the end of the stream cuts off is not given', async () => {
  expect(await all(['event: next\ndata: {"a"'])).toEqual([]);
});
