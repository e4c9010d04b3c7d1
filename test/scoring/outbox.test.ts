import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Outbox } from '../../scoring/worker/outbox.ts';

function outbox(most: number) {
  const sent: number[][] = [];
  return { sent, box: new Outbox<number>(most, (all) => sent.push([...all])) };
}

test('what comes in one turn of the event loop is sent together, in its order', async () => {
  const { sent, box } = outbox(8);
  for (const one of [1, 2, 3]) box.add(one);
  expect(sent).toEqual([]);
  await turn();
  box.add(4);
  await turn();
  await turn();
  expect(sent).toEqual([[1, 2, 3], [4]]);
});

test('a few are never kept waiting for the end of a turn that may not come', async () => {
  const { sent, box } = outbox(3);
  for (const one of [1, 2, 3, 4]) box.add(one);
  expect(sent).toEqual([[1, 2, 3]]);
  await turn();
  expect(sent).toEqual([[1, 2, 3], [4]]);
});
