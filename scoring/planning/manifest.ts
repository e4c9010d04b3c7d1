/**
 * Items of a batch with an `images.jsonl`, in its order. It is read twice as a stream: to check and count it before
 * anything is written, then to plan it. What is held in memory is the listing of the images, and of lines only those
 * that wait for further lines of their key.
 */
import { FiducialError } from '../../domain/errors.ts';
import { type Box, boundingBox } from '../../domain/geometry.ts';
import { uploadKeys } from '../../domain/keys.ts';
import { type CropRule, type ManifestEntry, manifestEntrySchema, type PlanItem } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { type Line, streamLines } from '../jsonl.ts';
import type { PlanLimits } from './limits.ts';
import { listedItems } from './listing.ts';

export interface Manifest {
  readonly key: string;
  readonly etag: string;
}

/** Null where the batch has none. */
export async function findManifest(uploads: ObjectStore, project: string, batch: string): Promise<Manifest | null> {
  const info = await uploads.head(uploadKeys.manifest(project, batch));
  return info && { key: info.key, etag: info.etag };
}

/** INVALID_MANIFEST with the number of the line. */
export async function* manifestEntries(uploads: ObjectStore, manifest: Manifest): AsyncGenerator<ManifestEntry> {
  const { body } = await uploads.getStream(manifest.key, { ifMatch: manifest.etag });
  for await (const line of streamLines(body)) yield parseEntry(line);
}

function parseEntry({ number, text }: Line): ManifestEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FiducialError('INVALID_MANIFEST', `Expected JSON in line ${number} of images.jsonl`, { cause });
  }
  const parsed = manifestEntrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FiducialError(
    'INVALID_MANIFEST',
    `Expected an entry {key, box, keypoints, layout, group} in line ${number} of images.jsonl: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** Lines of each key where several lines are one item (`detect`); null where each line is an item. */
type LineCounts = ReadonlyMap<string, number> | null;

async function survey(
  uploads: ObjectStore,
  manifest: Manifest,
  crop: CropRule,
  limits: PlanLimits,
): Promise<LineCounts> {
  const counts = new Map<string, number>();
  let lines = 0;
  for await (const { key } of manifestEntries(uploads, manifest)) {
    if (++lines > limits.maxManifestLines) {
      throw new FiducialError(
        'LIMIT_EXCEEDED',
        `Expected at most ${limits.maxManifestLines} lines in images.jsonl, got more: split the batch`,
      );
    }
    if (crop === 'detect') counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return crop === 'detect' ? counts : null;
}

/** Throws INVALID_MANIFEST and LIMIT_EXCEEDED before the first item. PRECONDITION_FAILED where it is replaced meanwhile. */
export async function* manifestItems(
  uploads: ObjectStore,
  project: string,
  batch: string,
  manifest: Manifest,
  crop: CropRule,
  limits: PlanLimits,
): AsyncGenerator<PlanItem> {
  const counts = await survey(uploads, manifest, crop, limits);
  const images = new Map<string, PlanItem>();
  for await (const item of listedItems(uploads, project, batch, null)) images.set(item.key, item);
  const entries = manifestEntries(uploads, manifest);
  for await (const group of counts ? groupByKey(entries, counts) : singly(entries)) {
    yield itemOf(group, images.get(group[0]!.key) ?? null, crop);
  }
}

async function* singly(entries: AsyncIterable<ManifestEntry>): AsyncGenerator<ManifestEntry[]> {
  for await (const entry of entries) yield [entry];
}

/** Groups in order of their first lines, each as soon as it and all before it are complete. */
export async function* groupByKey(
  entries: AsyncIterable<ManifestEntry>,
  counts: ReadonlyMap<string, number>,
): AsyncGenerator<ManifestEntry[]> {
  const open = new Map<string, ManifestEntry[]>();
  for await (const entry of entries) {
    const group = open.get(entry.key);
    if (group) group.push(entry);
    else open.set(entry.key, [entry]);
    // A Map iterates in order of insertion: that of the first lines.
    for (const [key, waiting] of open) {
      if (waiting.length < (counts.get(key) ?? 1)) break;
      yield waiting;
      open.delete(key);
    }
  }
  yield* open.values();
}

function itemOf(group: readonly ManifestEntry[], image: PlanItem | null, crop: CropRule): PlanItem {
  const first = group[0]!;
  return {
    key: first.key,
    etag: image?.etag ?? null,
    bytes: image?.bytes ?? null,
    box: crop === 'box' ? boxOf(first) : (first.box ?? null),
    truths: group
      .filter(({ keypoints }) => keypoints)
      .map(({ box, keypoints, layout, group: name }) => ({
        box: box ?? null,
        keypoints: keypoints ?? null,
        layout: layout ?? null,
        group: name ?? null,
      })),
    copyOf: null,
  };
}

/** The box given, or the bounds of the true points. Null: NO_BOX when it is scored. */
function boxOf({ box, keypoints }: ManifestEntry): Box | null {
  if (box) return box;
  if (!keypoints) return null;
  const bounds = boundingBox(keypoints);
  return bounds.width > 0 && bounds.height > 0 ? bounds : null;
}
