/** Train, val and test, by person or photo, so that nobody is on two sides. */
import { createHash } from 'node:crypto';
import { PARTS, type Part, type SplitRecord, splitRecordSchema } from '../../domain/split.ts';
import type { Sample } from './sample.ts';

export { PARTS, type Part, type SplitRecord, splitRecordSchema };

/** The part of each sample, in their order. */
export type Split = readonly Part[];

export interface SplitFractions {
  readonly train: number;
  readonly val: number;
}

/** Issue 4: 80 % train, 10 % val, which chooses everything, 10 % test. */
export const DEFAULT_FRACTIONS: SplitFractions = { train: 0.8, val: 0.1 };

/**
 * Connected groups: two groups that share an image (by path, or by bytes where `digests` says so) are one, named by
 * the first of their names. Gives the name for each sample.
 */
export function connectedGroups(samples: readonly Sample[], digests?: ReadonlyMap<string, string>): string[] {
  const parent = new Map<string, string>();
  const root = (name: string): string => {
    let at = name;
    while (parent.get(at) !== undefined && parent.get(at) !== at) at = parent.get(at)!;
    return at;
  };
  const ofImage = new Map<string, string>();
  for (const { group, image } of samples) {
    if (!parent.has(group)) parent.set(group, group);
    const id = digests?.get(image) ?? image;
    const other = ofImage.get(id);
    ofImage.set(id, other ?? group);
    if (other === undefined) continue;
    const [first, second] = [root(group), root(other)].sort() as [string, string];
    parent.set(second, first);
  }
  return samples.map(({ group }) => root(group));
}

/**
 * By the hash of the group, so that a face keeps its side whatever else is in the set. Where the distribution gives a
 * test part (YouTube Faces), that is the test, and val comes out of train in the share that val has beside train.
 */
export function splitByHash(
  samples: readonly Sample[],
  options: { readonly fractions?: SplitFractions; readonly digests?: ReadonlyMap<string, string> } = {},
): Split {
  const { train, val } = options.fractions ?? DEFAULT_FRACTIONS;
  const groups = connectedGroups(samples, options.digests);
  const given = new Map<string, 'train' | 'test'>();
  samples.forEach((sample, index) => {
    const group = groups[index]!;
    if (sample.givenPart !== null && given.get(group) !== 'test') given.set(group, sample.givenPart);
  });
  return groups.map((group): Part => {
    const part = given.get(group);
    if (part === 'test') return 'test';
    const at = hashFraction(group);
    if (part === 'train') return at < train / (train + val) ? 'train' : 'val';
    return at < train ? 'train' : at < train + val ? 'val' : 'test';
  });
}

/** sha256 of the text as a number in [0, 1): its first 32 bits. */
export function hashFraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}

/**
 * Fold `fold` (from 0) of `folds` is the test, the rest is train; each person is tested in exactly one. People of each
 * set are dealt out in the order of their hashes with the seed, so that folds differ by at most one person a set.
 */
export function splitByFold(
  samples: readonly Sample[],
  options: {
    readonly fold: number;
    readonly folds: number;
    readonly seed?: number;
    readonly digests?: ReadonlyMap<string, string>;
  },
): Split {
  const { fold, folds, seed = 0 } = options;
  if (!Number.isInteger(folds) || folds < 2 || !Number.isInteger(fold) || fold < 0 || fold >= folds) {
    throw new RangeError(`Expected fold 0 to folds - 1 of at least 2 folds, got ${fold} of ${folds}`);
  }
  const groups = connectedGroups(samples, options.digests);
  const sources = new Map(samples.map(({ source }, index) => [groups[index]!, source]));
  const foldOf = new Map<string, number>();
  let dealt = 0;
  for (const source of [...new Set(sources.values())].sort()) {
    const people = [...sources].filter(([, of]) => of === source).map(([group]) => group);
    people.sort((a, b) => hashFraction(`${seed}/${a}`) - hashFraction(`${seed}/${b}`) || (a < b ? -1 : 1));
    for (const person of people) foldOf.set(person, dealt++ % folds);
  }
  return groups.map((group) => (foldOf.get(group) === fold ? 'test' : 'train'));
}

/** A `fraction` of the people of each set for the test, at least one of several; the rest is train. */
export function splitByPerson(
  samples: readonly Sample[],
  options: { readonly fraction: number; readonly seed?: number; readonly digests?: ReadonlyMap<string, string> },
): Split {
  const folds = Math.max(2, Math.round(1 / options.fraction));
  return splitByFold(samples, { ...options, fold: 0, folds });
}

export function samplesOf(samples: readonly Sample[], split: Split, part: Part): Sample[] {
  return samples.filter((_, index) => split[index] === part);
}

/** One record an image and group, in the order of the samples. */
export function splitRecord(
  samples: readonly Sample[],
  split: Split,
  digests: ReadonlyMap<string, string>,
): SplitRecord {
  const records = new Map<string, SplitRecord[number]>();
  samples.forEach(({ image, key, group }, index) => {
    const digest = digests.get(image);
    if (!digest) throw new RangeError(`Expected the digest of ${image}, got none`);
    records.set(`${digest} ${group}`, { image: digest, key, group, part: split[index]! });
  });
  return [...records.values()];
}
