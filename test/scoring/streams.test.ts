import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Arrivals } from '../../scoring/arrivals.ts';
import { forEach, inOrder } from '../../scoring/concurrently.ts';
import { WorstEntries, worstEntryFirst } from '../../scoring/finishing/order.ts';
import { decodeLines, encodeLines, linePlaces, streamLines } from '../../scoring/jsonl.ts';
import { rangeOf } from '../../scoring/read/names.ts';
import type { OrderEntry } from '../../scoring/records.ts';
import { FrameReader, frameHead } from '../../scoring/worker/frames.ts';
import { Slots } from '../../scoring/worker/slots.ts';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe('JSON lines', () => {
  test('come back as they were written, each at the place that was noted', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), n: fc.integer() })), (values) => {
        const body = encodeLines(values);
        const schema = z.object({ key: z.string(), n: z.number() });
        expect(decodeLines(body, schema, 'test')).toEqual(values);
        const read = linePlaces(body).map(({ from, to }) => JSON.parse(body.toString('utf8', from, to + 1)));
        expect(read).toEqual(values);
      }),
    );
  });

  test('are the same however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 1, max: 9 }),
        async (texts, size) => {
          const lines = texts.map((text) => JSON.stringify(text));
          const body = Buffer.from(lines.join('\r\n'));
          const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
            body.subarray(i * size, (i + 1) * size),
          );
          const read = await collect(streamLines(Readable.from(chunks)));
          expect(read.map(({ text }) => text)).toEqual(lines);
          expect(read.map(({ number }) => number)).toEqual(lines.map((_, i) => i + 1));
        },
      ),
    );
  });

  test('longer than the limit are refused before they fill the memory', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1000, 'x');
      })(),
    );
    await expect(collect(streamLines(endless, 5000))).rejects.toMatchObject({ code: 'INVALID_MANIFEST' });
  });
});

describe('work on several values at once', () => {
  test('is bounded, and its results are in order', async () => {
    let running = 0;
    let most = 0;
    const work = async (value: number) => {
      most = Math.max(most, ++running);
      for (let turns = value % 5; turns > 0; turns--) await Promise.resolve();
      running--;
      return value;
    };
    const values = Array.from({ length: 50 }, (_, i) => i);
    expect(await collect(inOrder(values, 4, work))).toEqual(values);
    expect(most).toBeLessThanOrEqual(4);
    const arrived = await collect(new Arrivals(values, 4, work));
    expect(arrived.sort((a, b) => a - b)).toEqual(values);
    expect(most).toBeLessThanOrEqual(4);
  });

  test('ends with the first failure, after what was under way', async () => {
    let running = 0;
    const work = async (value: number) => {
      running++;
      await Promise.resolve();
      running--;
      if (value === 3) throw new Error('three');
    };
    await expect(forEach([1, 2, 3, 4, 5, 6], 3, work)).rejects.toThrow('three');
    expect(running).toBe(0);
    await expect(collect(new Arrivals([1, 2, 3, 4], 2, work))).rejects.toThrow('three');
    expect(running).toBe(0);
  });

  test('waits for a consumer that does not take what is ready', async () => {
    let started = 0;
    const arrivals = new Arrivals([1, 2, 3, 4, 5, 6, 7, 8], 3, async (value) => {
      started++;
      return value;
    })[Symbol.asyncIterator]();
    await arrivals.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toBeLessThanOrEqual(4);
    await arrivals.return?.(undefined);
  });
});

test('slots are granted to the older job first, and one alone always fits', async () => {
  const slots = new Slots(2, 100);
  await slots.take(0, 1000);
  const granted: string[] = [];
  const waits = [
    [2, 'c'],
    [1, 'a'],
    [1, 'b'],
  ].map(([job, name]) => slots.take(job as number, 10).then(() => granted.push(name as string)));
  expect(slots.inFlight).toBe(1);
  slots.give(1000);
  await Promise.all(waits.slice(1));
  expect(granted).toEqual(['a', 'b']);
  slots.give(10);
  await Promise.all(waits);
  expect(slots.inFlight).toBe(2);
});

test('the worst are the same in whatever order the shards come, with any part of them kept', () => {
  const entry = fc.record({
    shard: fc.constantFrom('000000', '000001', '000002'),
    line: fc.integer({ min: 0, max: 5 }),
    truth: fc.integer({ min: 0, max: 1 }),
    face: fc.option(fc.constant(0)),
    nme: fc.option(fc.constantFrom(0.01, 0.02, 0.5)),
    maePx: fc.option(fc.constantFrom(1, 2, 3)),
  });
  const unique = fc.uniqueArray(entry, { selector: ({ shard, line, truth }) => `${shard} ${line} ${truth}` });
  fc.assert(
    fc.property(unique, fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.nat()), (entries, kept, random) => {
      const full: OrderEntry[] = entries.map((one) => ({ key: 'k', from: 0, to: 1, ...one }));
      const expected = [...full].sort(worstEntryFirst).slice(0, kept);
      const shuffled = full
        .map((one) => ({ one, at: random.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one);
      const worst = new WorstEntries(kept);
      for (let i = 0; i < shuffled.length; i += 3) worst.add(shuffled.slice(i, i + 3));
      expect(worst.get()).toEqual(expected);
    }),
  );
});

test('shards that may hold keys of a prefix are found from the first keys', () => {
  const keys = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'ä'), minLength: 1, maxLength: 4 }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(
      keys,
      fc.integer({ min: 1, max: 4 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'ä'), minLength: 1 }),
      (all, size, prefix) => {
        const sorted = all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        const shards = Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
          sorted.slice(i * size, (i + 1) * size),
        );
        const { from, to } = rangeOf(
          shards.map((shard) => shard[0]!),
          prefix,
        );
        const within = shards.flatMap((shard, i) => (shard.some((key) => key.startsWith(prefix)) ? [i] : []));
        for (const i of within) expect(i >= from && i <= to).toBe(true);
      },
    ),
  );
});

test('frames come out of the pipe as they went in, however it is cut', () => {
  const frame = fc.record({
    header: fc.record({ key: fc.string({ unit: 'grapheme' }) }),
    body: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.array(frame), fc.integer({ min: 1, max: 30 }), (frames, size) => {
      const bytes = Buffer.concat(frames.flatMap(({ header, body }) => [frameHead(header, body.length), body]));
      const read: unknown[] = [];
      const reader = new FrameReader((header, body) => read.push({ header, body: new Uint8Array(body) }));
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      expect(read).toEqual(frames);
    }),
  );
});
