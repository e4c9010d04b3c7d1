/** From a batch to the written shards of one plan attempt. */
import { FiducialError } from '../../domain/errors.ts';
import type { CropRule, PlanItem, Run } from '../../domain/records.ts';
import type { Stores } from '../../storage/ports.ts';
import { checkLimits, type PlanLimits } from './limits.ts';
import { listedItems } from './listing.ts';
import { findManifest, type Manifest, manifestItems } from './manifest.ts';
import type { Continuation } from './messages.ts';
import { PreviousScores } from './previous.ts';
import { type PlanPlace, ShardWriter } from './shards.ts';
import { TruthDigest } from './truthDigest.ts';

export interface PlanItemsRequest {
  readonly place: PlanPlace;
  readonly batch: string;
  readonly crop: CropRule;
  readonly limits: PlanLimits;
  readonly continuation: Continuation | null;
  /** The run whose scores are copied. */
  readonly previous: Run | null;
}

export interface PlannedItems {
  readonly items: number;
  readonly shards: number;
  readonly shardSize: number;
  readonly truth: string | null;
  /** Set where the call's time ran out: the plan is not complete. */
  readonly continuation: Continuation | null;
}

interface Parts {
  readonly stores: Pick<Stores, 'uploads' | 'results'>;
  timeLeft?(): boolean;
}

/** Items of this call, more than a shard holds: a call that stops here has written at least one. */
const TIME_CHECKED_EVERY = 1000;

/** Throws NO_IMAGES, INVALID_MANIFEST, LIMIT_EXCEEDED. */
export async function planItems(parts: Parts, request: PlanItemsRequest): Promise<PlannedItems> {
  const { place, batch, limits, continuation } = request;
  const { uploads, results } = parts.stores;
  // A continued plan is one by listing: manifests are planned in one call.
  const manifest = continuation ? null : await findManifest(uploads, place.project, batch);
  const writer = new ShardWriter(results, place, continuation);
  const truth = new TruthDigest();
  const previous = await previousScores(results, request, manifest !== null);
  let after = continuation?.after ?? null;
  let listed = 0;
  for (let ended = false; !ended; ) {
    let takenOver = false;
    for await (const item of itemsOf(uploads, request, manifest, after)) {
      truth.add(item);
      const copyOf = previous ? await previous.take(item) : null;
      takenOver = await writer.add(copyOf ? { ...item, copyOf } : item);
      if (takenOver) break;
      checkLimits(limits, writer.items, writer.bytes);
      if (!manifest && ++listed % TIME_CHECKED_EVERY === 0 && parts.timeLeft && !parts.timeLeft()) {
        return suspend(writer, place, after);
      }
    }
    ended = !takenOver && !(await writer.end());
    after = writer.lastKey ?? after;
  }
  if (writer.items === 0) throw noImages(batch, manifest);
  await writer.writeNames(manifest === null);
  const { items, shards, shardSize } = writer;
  return { items, shards, shardSize, truth: truth.value, continuation: null };
}

function itemsOf(
  uploads: Stores['uploads'],
  { place, batch, crop, limits }: PlanItemsRequest,
  manifest: Manifest | null,
  after: string | null,
): AsyncGenerator<PlanItem> {
  return manifest
    ? manifestItems(uploads, place.project, batch, manifest, crop, limits)
    : listedItems(uploads, place.project, batch, after);
}

async function previousScores(
  results: Stores['results'],
  { previous: run, continuation }: PlanItemsRequest,
  byManifest: boolean,
): Promise<PreviousScores | null> {
  if (!run) return null;
  const previous = new PreviousScores(results, run);
  if (byManifest) await previous.readAll();
  else if (continuation) await previous.skipTo(continuation.after);
  return previous;
}

async function suspend(writer: ShardWriter, { attempt }: PlanPlace, before: string | null): Promise<PlannedItems> {
  await writer.suspend();
  await writer.writeNames(true);
  const { items, bytes, shards, shardSize } = writer;
  const after = writer.lastKey ?? before;
  if (after === null)
    throw new FiducialError('UNAVAILABLE', 'Expected time for at least one shard in a call, got none');
  return { items, shards, shardSize, truth: null, continuation: { attempt, after, items, bytes, shards } };
}

function noImages(batch: string, manifest: Manifest | null): FiducialError {
  const where = manifest ? 'its images.jsonl is empty' : 'nothing was uploaded under its images/';
  return new FiducialError('NO_IMAGES', `Expected images in batch ${batch}, got none: ${where}`);
}
