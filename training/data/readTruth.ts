/** Ground truth for images that are being scored: what `--truth` reads. */
import { posix, resolve } from 'node:path';
import type { ManifestEntry } from '../../domain/records.ts';
import { readDataset } from './readDataset.ts';
import type { Sample } from './sample.ts';

export interface Truth {
  /** By key relative to the truth's own root, in the order of the annotations. */
  readonly byKey: ReadonlyMap<string, readonly ManifestEntry[]>;
  /** By absolute path of the image. */
  readonly byPath: ReadonlyMap<string, readonly ManifestEntry[]>;
  /** By file name, where only one image has it. */
  readonly byName: ReadonlyMap<string, readonly ManifestEntry[]>;
}

/** Everything that `readDataset` reads. Throws INVALID_DATASET. */
export async function readTruth(path: string): Promise<Truth> {
  return truthOf((await readDataset(path)).samples);
}

export function truthOf(samples: readonly Sample[]): Truth {
  const byKey = new Map<string, ManifestEntry[]>();
  const byPath = new Map<string, ManifestEntry[]>();
  for (const sample of samples) {
    const entry = manifestEntryOf(sample);
    append(byKey, sample.key, entry);
    append(byPath, sample.image, entry);
  }
  return { byKey, byPath, byName: uniqueNames(byKey) };
}

/** The faces of an image: by its path where that is known, then its key, then its name if no other image has it. */
export function findTruth(truth: Truth, key: string, path?: string): readonly ManifestEntry[] {
  return (
    (path === undefined ? undefined : truth.byPath.get(resolve(path))) ??
    truth.byKey.get(key) ??
    truth.byName.get(posix.basename(key)) ??
    truth.byName.get(posix.parse(key).name) ??
    []
  );
}

/**
 * Points that are not labelled can't be said in a manifest: a face that lacks some keeps its box alone.
 */
export function manifestEntryOf(sample: Sample): ManifestEntry {
  const whole = sample.labelled === null ? sample.keypoints : null;
  return {
    key: sample.key,
    ...(sample.box && { box: sample.box }),
    ...(whole && { keypoints: whole.map(([x, y]): [number, number] => [x, y]), layout: sample.layout }),
    group: sample.group,
  };
}

function append(map: Map<string, ManifestEntry[]>, key: string, entry: ManifestEntry): void {
  const entries = map.get(key);
  if (entries) entries.push(entry);
  else map.set(key, [entry]);
}

function uniqueNames(byKey: ReadonlyMap<string, ManifestEntry[]>): Map<string, ManifestEntry[]> {
  const names = new Map<string, ManifestEntry[] | null>();
  for (const [key, entries] of byKey) {
    const name = posix.basename(key);
    names.set(name, names.has(name) ? null : entries);
  }
  return new Map([...names].filter((pair): pair is [string, ManifestEntry[]] => pair[1] !== null));
}
