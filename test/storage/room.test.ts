import { describe, expect, test } from 'vitest';
import { Room } from '../../storage/room.ts';

/** Bodies are their weights. */
const byWeight = { atLeast: 3, atMost: 8, light: 256, weigh: Number };

/** How many of these a worker comes to hold that receives whatever it has room for. */
function filled(room: Room, weights: readonly number[]) {
  const waiting = [...weights];
  const ends: (() => void)[] = [];
  const asked: number[] = [];
  while (room.free > 0 && waiting.length > 0) {
    asked.push(room.free);
    for (const weight of waiting.splice(0, room.free)) ends.push(room.take(String(weight)));
  }
  return { ends, asked, held: ends.length };
}

const many = (weight: number) => Array<number>(20).fill(weight);

describe('room by weight', () => {
  test.each([
    [512, 3],
    [100, 3],
    [80, 4],
    [40, 7],
    [16, 8],
    [1, 8],
  ])('of messages of %i each is for %i', (weight, expected) => {
    expect(filled(new Room(byWeight), many(weight)).held).toBe(expected);
  });

  test('takes further ones one at a time, so that heavy ones that follow light ones are one too many at most', () => {
    const { held, asked } = filled(new Room(byWeight), [16, 16, 16, 512, 512, 512]);
    expect(asked).toEqual([3, 1]);
    expect(held).toBe(4);
  });

  test('is there again for each that ends', () => {
    const room = new Room(byWeight);
    const { ends } = filled(room, many(16));
    expect(room.free).toBe(0);
    ends[0]!();
    expect(room.free).toBe(1);
    for (const end of ends.slice(1)) end();
    expect(room.free).toBe(3);
    const heavy = filled(room, many(512));
    expect(heavy.held).toBe(3);
    heavy.ends[0]!();
    expect(room.free).toBe(1);
  });
});

test('room by number is for so many, whatever they weigh', () => {
  for (const weight of [1, 512]) expect(filled(new Room(5), many(weight)).held).toBe(5);
});
