/** A folder of rendered faces that the readers read: images/, images.jsonl. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Size } from '../../domain/geometry.ts';
import type { LayoutId } from '../../domain/layouts.ts';
import type { ManifestEntry } from '../../domain/records.ts';
import { createRng } from '../augment/rng.ts';
import { drawPerson } from './parameters.ts';
import { type RenderedFace, type RenderOptions, renderFace } from './renderFace.ts';

export type SyntheticLayout = Extract<LayoutId, 'ibug68' | 'imm58' | 'nose1'>;

export interface SyntheticSetOptions {
  /** Points to write. Default `ibug68`. */
  readonly layout?: SyntheticLayout;
  /** Photos of each person, who are the groups of the set. Default 4. */
  readonly photosPerPerson?: number;
  readonly size?: Size;
  readonly turn?: number;
  readonly faceShare?: readonly [min: number, max: number];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Two: drawing runs on this thread, SVG and JPEG on libvips' threads beside it. */
const IN_FLIGHT = 2;

/** The same arguments write the same bytes. About 0.15 s an image and core. */
export async function writeSyntheticSet(
  folder: string,
  count: number,
  seed: number,
  options: SyntheticSetOptions = {},
): Promise<ManifestEntry[]> {
  await mkdir(join(folder, 'images'), { recursive: true });
  const limit = pLimit(IN_FLIGHT);
  let done = 0;
  const one = async (index: number): Promise<ManifestEntry> => {
    options.signal?.throwIfAborted();
    const { entry, bytes } = await syntheticPhoto(index, seed, options);
    await writeFile(join(folder, 'images', entry.key), bytes);
    options.onProgress?.(++done, count);
    return entry;
  };
  const entries = await Promise.all(Array.from({ length: count }, (_, index) => limit(() => one(index))));
  // Last, so that a folder with a manifest is a whole one.
  await writeFile(join(folder, 'images.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return entries;
}

/** Photo `index` of the set with this seed. */
export async function syntheticPhoto(
  index: number,
  seed: number,
  options: SyntheticSetOptions = {},
): Promise<{ entry: ManifestEntry; bytes: Buffer }> {
  const person = Math.floor(index / (options.photosPerPerson ?? 4));
  const face = await renderFace(seed * 1_000_003 + index, {
    ...renderOptions(options),
    person: drawPerson(createRng(seed, 0x9e7507, person)),
  });
  const layout = options.layout ?? 'ibug68';
  return {
    bytes: face.bytes,
    entry: {
      key: `face-${String(index).padStart(5, '0')}.jpg`,
      box: face.box,
      keypoints: pointsOf(face, layout),
      layout,
      group: `synthetic-${seed}-${String(person).padStart(4, '0')}`,
    },
  };
}

function renderOptions({ size, turn, faceShare }: SyntheticSetOptions): RenderOptions {
  return { ...(size && { size }), ...(turn !== undefined && { turn }), ...(faceShare && { faceShare }) };
}

/** Hundredths of a pixel. */
function pointsOf(face: RenderedFace, layout: SyntheticLayout): [number, number][] {
  const points = { ibug68: face.keypoints, imm58: face.keypoints58, nose1: [face.keypoints[30]!] }[layout];
  return points.map(([x, y]) => [Math.round(x * 100) / 100, Math.round(y * 100) / 100]);
}
