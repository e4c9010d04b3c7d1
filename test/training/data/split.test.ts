import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../training/data/sample.ts';
import {
  connectedGroups,
  hashFraction,
  samplesOf,
  splitByFold,
  splitByHash,
  splitByPerson,
  splitRecord,
} from '../../../training/data/split.ts';

function sample(group: string, image = `${group}.jpg`, more: Partial<Sample> = {}): Sample {
  return {
    image,
    key: image,
    size: null,
    box: null,
    keypoints: [[1, 1]],
    labelled: null,
    layout: 'nose1',
    group,
    source: 'set',
    givenPart: null,
    ...more,
  };
}

const people = (n: number, source = 'set') =>
  Array.from({ length: n }, (_, i) => `${source} ${i}`).flatMap((person) =>
    ['a', 'b'].map((photo) => sample(person, `${person}${photo}.jpg`, { source })),
  );

describe('splits', () => {
  test('never put one person or one photo on two sides', () => {
    const pair = fc.record({ group: fc.integer({ min: 0, max: 12 }), image: fc.integer({ min: 0, max: 30 }) });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 40 }), fc.nat(4), (pairs, fold) => {
        const samples = pairs.map(({ group, image }) => sample(`g${group}`, `${image}.jpg`));
        for (const split of [splitByHash(samples), splitByFold(samples, { fold, folds: 5 })]) {
          const sides = new Map<string, string>();
          samples.forEach(({ group, image }, i) => {
            for (const id of [group, image]) {
              expect(sides.get(id) ?? split[i]).toBe(split[i]);
              sides.set(id, split[i]!);
            }
          });
        }
      }),
    );
  });

  test('join people who share a photo under two names, if the bytes are known', () => {
    const samples = [sample('b', 'one.jpg'), sample('a', 'copy.jpg'), sample('c', 'other.jpg')];
    const digests = new Map([
      ['one.jpg', 'x'],
      ['copy.jpg', 'x'],
      ['other.jpg', 'y'],
    ]);
    expect(connectedGroups(samples, digests)).toEqual(['a', 'a', 'c']);
    expect(connectedGroups(samples)).toEqual(['b', 'a', 'c']);
  });

  test('by hash are about 80, 10 and 10 percent, and do not move when the set grows', () => {
    const samples = Array.from({ length: 3000 }, (_, i) => sample(`photo ${i}`));
    const split = splitByHash(samples);
    const share = (part: string) => split.filter((p) => p === part).length / split.length;
    expect(share('train')).toBeCloseTo(0.8, 1);
    expect(share('val')).toBeCloseTo(0.1, 1);
    expect(splitByHash(samples.slice(1500))).toEqual(split.slice(1500));
  });

  test('by hash use the first 32 bits of the sha256 of the key', () => {
    // printf abc | sha256sum: ba7816bf...
    expect(hashFraction('abc')).toBe(0xba7816bf / 2 ** 32);
  });

  test('keep a given test part, and take val out of the given train part', () => {
    const samples = Array.from({ length: 400 }, (_, i) =>
      sample(`p${i}`, `${i}.jpg`, { givenPart: i < 80 ? 'test' : 'train' }),
    );
    const split = splitByHash(samples);
    expect(split.map((part) => part === 'test')).toEqual(samples.map(({ givenPart }) => givenPart === 'test'));
    expect(split.filter((part) => part === 'val').length).toBeGreaterThan(15);
  });

  test('by fold test each person once, and deal the people of each set evenly', () => {
    const samples = [...people(12, 'one'), ...people(37, 'two')];
    const folds = [0, 1, 2, 3, 4].map((fold) => splitByFold(samples, { fold, folds: 5, seed: 3 }));
    samples.forEach((_, i) => {
      expect(folds.filter((split) => split[i] === 'test')).toHaveLength(1);
    });
    for (const split of folds) {
      const tested = samplesOf(samples, split, 'test');
      const ofOne = new Set(tested.filter(({ source }) => source === 'one').map(({ group }) => group)).size;
      expect([2, 3]).toContain(ofOne);
    }
    expect(splitByFold(samples, { fold: 0, folds: 5, seed: 4 })).not.toEqual(folds[0]);
  });

  test('by person leave the asked share for the test', () => {
    const split = splitByPerson(people(20), { fraction: 0.2 });
    expect(split.filter((part) => part === 'test')).toHaveLength(8);
  });

  test('are recorded by the digest of each image', () => {
    const samples = [sample('a', 'a.jpg'), sample('a', 'a.jpg')];
    const digests = new Map([['a.jpg', '0'.repeat(64)]]);
    expect(splitRecord(samples, ['val', 'val'], digests)).toEqual([
      { image: '0'.repeat(64), key: 'a.jpg', group: 'a', part: 'val' },
    ]);
  });
});
