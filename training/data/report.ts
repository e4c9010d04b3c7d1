/** What `fiducial dataset inspect` says about a data set. */
import { existsSync } from 'node:fs';
import { type Box, boundingBox, type Size } from '../../domain/geometry.ts';
import { boxKnowsPoints } from './boxes.ts';
import { imageDigests } from './digests.ts';
import { imageSize } from './imageSize.ts';
import type { Dataset, Sample } from './sample.ts';
import { connectedGroups, PARTS, type Part, type Split } from './split.ts';

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface DatasetReport {
  readonly name: string;
  readonly kind: Dataset['kind'];
  readonly faces: number;
  readonly images: number;
  /** People, or photos where people are not known. */
  readonly groups: number;
  readonly bySource: Readonly<Record<string, number>>;
  readonly byLayout: Readonly<Record<string, number>>;
  /** Faces without points, without a box. */
  readonly unlabelled: number;
  readonly withoutBox: number;
  /** Boxes that are the bounds of the points with sides longer by a tenth: no detector gave them. */
  readonly boxFromPoints: number;
  readonly boxesOutside: number;
  /** Pixels; null where no image could be looked at. */
  readonly widths: Spread | null;
  readonly heights: Spread | null;
  /** Diagonal of the bounds of a face's points, pixels; null where faces have one point. */
  readonly faceSizes: Spread | null;
  readonly points: { readonly total: number; readonly outside: number; readonly facesWithOutside: number };
  readonly missingImages: readonly string[];
  /** Names of images with the same bytes, two or more each. */
  readonly duplicates: readonly (readonly string[])[];
  /** By part, and who is on more than one side (must be nobody). Null without a split. */
  readonly split: { readonly faces: Readonly<Record<Part, number>>; readonly onSeveralSides: readonly string[] } | null;
}

/** Looks at every image. Throws INVALID_DATASET for one that is there and can't be read. */
export async function datasetReport(dataset: Dataset, split?: Split): Promise<DatasetReport> {
  const { samples } = dataset;
  const paths = [...new Set(samples.map(({ image }) => image))];
  const there = new Set(paths.filter((path) => existsSync(path)));
  const present = samples.filter(({ image }) => there.has(image));
  const sizes = await sizesOf(present);
  const digests = await imageDigests(present);
  return {
    name: dataset.name,
    kind: dataset.kind,
    faces: samples.length,
    images: paths.length,
    groups: new Set(samples.map(({ group }) => group)).size,
    bySource: countBy(samples, ({ source }) => source),
    byLayout: countBy(samples, ({ layout }) => layout ?? 'none'),
    unlabelled: samples.filter(({ keypoints }) => keypoints === null).length,
    withoutBox: samples.filter(({ box }) => box === null).length,
    boxFromPoints: samples.filter(boxKnowsPoints).length,
    boxesOutside: samples.filter(({ box, image }) => box && reachesOutside(box, sizes.get(image))).length,
    widths: spread([...sizes.values()].map(({ width }) => width)),
    heights: spread([...sizes.values()].map(({ height }) => height)),
    faceSizes: spread(
      samples.flatMap(({ keypoints }) => (keypoints && keypoints.length > 1 ? [diagonal(keypoints)] : [])),
    ),
    points: countPoints(samples, sizes),
    missingImages: paths.filter((path) => !there.has(path)),
    duplicates: duplicates(digests),
    split: split ? splitReport(samples, split, digests) : null,
  };
}

async function sizesOf(samples: readonly Sample[]): Promise<Map<string, Size>> {
  const sizes = new Map<string, Size>();
  for (const { image, size } of samples) {
    if (!sizes.has(image)) sizes.set(image, size ?? (await imageSize(image)));
  }
  return sizes;
}

function countBy(samples: readonly Sample[], key: (sample: Sample) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const sample of samples) counts[key(sample)] = (counts[key(sample)] ?? 0) + 1;
  return counts;
}

function spread(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return { min: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]!, max: sorted.at(-1)! };
}

function diagonal(keypoints: NonNullable<Sample['keypoints']>): number {
  const { width, height } = boundingBox(keypoints);
  return Math.hypot(width, height);
}

function reachesOutside(box: Box, size: Size | undefined): boolean {
  if (!size) return false;
  return box.left < 0 || box.top < 0 || box.left + box.width > size.width || box.top + box.height > size.height;
}

function countPoints(samples: readonly Sample[], sizes: ReadonlyMap<string, Size>): DatasetReport['points'] {
  let [total, outside, facesWithOutside] = [0, 0, 0];
  for (const { keypoints, labelled, image } of samples) {
    const size = sizes.get(image);
    const points = (keypoints ?? []).filter((_, i) => labelled?.[i] ?? true);
    total += points.length;
    if (!size) continue;
    const out = points.filter(([x, y]) => x < 0 || y < 0 || x > size.width || y > size.height).length;
    outside += out;
    if (out > 0) facesWithOutside++;
  }
  return { total, outside, facesWithOutside };
}

function duplicates(digests: ReadonlyMap<string, string>): string[][] {
  const byDigest = new Map<string, string[]>();
  for (const [path, digest] of digests) byDigest.set(digest, [...(byDigest.get(digest) ?? []), path]);
  return [...byDigest.values()].filter((paths) => paths.length > 1);
}

function splitReport(
  samples: readonly Sample[],
  split: Split,
  digests: ReadonlyMap<string, string>,
): NonNullable<DatasetReport['split']> {
  const faces = Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<Part, number>;
  const sides = new Map<string, Set<Part>>();
  connectedGroups(samples, digests).forEach((group, index) => {
    const part = split[index]!;
    faces[part]++;
    sides.set(group, (sides.get(group) ?? new Set()).add(part));
  });
  return { faces, onSeveralSides: [...sides].filter(([, parts]) => parts.size > 1).map(([group]) => group) };
}
