/**
 * Who finishes a run. Where several workers end at once, each sees the last summary, and each would read all that
 * finishing reads. So whoever finds much to read creates finishing.json first, and who finds another's there leaves its
 * own message for one lease, unacknowledged, and looks again. By then the run is finished, or its finisher is gone: who
 * comes a second time asks nobody. So no run depends on whoever claimed it, and nothing has to take a claim back.
 */
import { resultKeys } from '../../domain/keys.ts';
import type { Run } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { createJson, readJson } from '../objects.ts';
import { finishingSchema } from '../records.ts';

/** The message that is acknowledged when the run is finished. */
export interface Claimant {
  readonly shard: string;
  /** How often the message was received, this time included. */
  readonly receives: number;
}

/** One write; where it finds another's claim, a read beside. */
export async function claimFinish(
  results: ObjectStore,
  { project, run }: Pick<Run, 'project' | 'run'>,
  { shard, receives }: Claimant,
): Promise<boolean> {
  const key = resultKeys.finishing(project, run);
  if ((await createJson(results, key, { shard })) || receives > 1) return true;
  // It may be our own: the answer to its write was lost, or this message came twice.
  return (await readJson(results, key, finishingSchema))?.shard === shard;
}
