import { describe, expect, test } from 'vitest';
import type { LossPoint } from '../../../training/figures/specs/index.ts';
import { type CurveRun, curveReader } from '../../../web/training/curves.ts';

/** Runs that have so many epochs, told in pages of three; what was asked is kept. */
function ledger() {
  const epochs = new Map<string, number>();
  const asked: string[] = [];
  const read = curveReader(async (id, after) => {
    asked.push(`${id}>${after ?? 0}`);
    const from = Number(after ?? 0);
    const to = Math.min(epochs.get(id) ?? 0, from + 3);
    const points = Array.from({ length: to - from }, (_, i): LossPoint => {
      const epoch = from + i + 1;
      return { epoch, train: 1 / epoch, heldOut: 2 / epoch };
    });
    const endCursor = points.length > 0 ? String(to) : null;
    return { points, hasNextPage: to < (epochs.get(id) ?? 0), endCursor };
  });
  return { epochs, read, take: () => asked.splice(0).sort() };
}

const runs = (...statuses: string[]): CurveRun[] => statuses.map((status, i) => ({ id: `t${i}`, status }));

describe('the losses of a sweep', () => {
  test('are read page by page, and then only what is new', async () => {
    const { epochs, read, take } = ledger();
    epochs.set('t0', 4);
    const first = await read(runs('RUNNING'));
    expect(first?.get('t0')?.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(take()).toEqual(['t0>0', 't0>3']);
    expect(await read(runs('RUNNING'))).toBeNull();
    epochs.set('t0', 5);
    expect((await read(runs('RUNNING')))?.get('t0')).toHaveLength(5);
    expect(take()).toEqual(['t0>4', 't0>4']);
  });

  test('of eight settings cost a question for each that is under way, none for those that wait or have ended', async () => {
    const { epochs, read, take } = ledger();
    for (let i = 0; i < 8; i++) epochs.set(`t${i}`, 2);
    const statuses = ['FINISHED', 'FAILED', 'CANCELLED', 'RUNNING', ...Array<string>(4).fill('QUEUED')];
    await read(runs(...statuses));
    expect(take()).toEqual(['t0>0', 't1>0', 't2>0', 't3>0']);
    await read(runs(...statuses));
    expect(take()).toEqual(['t3>2']);
  });

  test('are asked for once more when a run is seen to have ended, and again when it is resumed', async () => {
    const { epochs, read, take } = ledger();
    epochs.set('t0', 1);
    await read(runs('RUNNING'));
    epochs.set('t0', 2);
    expect((await read(runs('CANCELLED')))?.get('t0')).toHaveLength(2);
    take();
    expect(await read(runs('CANCELLED'))).toBeNull();
    expect(take()).toEqual([]);
    epochs.set('t0', 3);
    expect((await read(runs('RUNNING')))?.get('t0')).toHaveLength(3);
  });

  test('that have ended while they were read are read to their end by the same call', async () => {
    let answer = () => {};
    const asked: string[] = [];
    const read = curveReader(async (id, after) => {
      asked.push(`${id}>${after ?? 0}`);
      if (after === null) await new Promise<void>((resolve) => (answer = resolve));
      const epoch = Number(after ?? 0) + 1;
      return { points: [{ epoch, train: 1, heldOut: 1 }], hasNextPage: false, endCursor: String(epoch) };
    });
    const first = read(runs('RUNNING'));
    expect(await read(runs('FINISHED'))).toBeNull();
    answer();
    expect((await first)?.get('t0')).toHaveLength(2);
    expect(asked).toEqual(['t0>0', 't0>1']);
  });

  test('that can not be read now leave the others as they are, and come with the next call', async () => {
    const broken = new Set(['t0']);
    const read = curveReader(async (id) => {
      if (broken.has(id)) throw new Error('away');
      return { points: [{ epoch: 1, train: 1, heldOut: 1 }], hasNextPage: false, endCursor: '1' };
    });
    expect([...(await read(runs('FINISHED', 'FINISHED')))!].map(([id, points]) => [id, points.length])).toEqual([
      ['t0', 0],
      ['t1', 1],
    ]);
    broken.clear();
    expect((await read(runs('FINISHED', 'FINISHED')))?.get('t0')).toHaveLength(1);
  });
});
