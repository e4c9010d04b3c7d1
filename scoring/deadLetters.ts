/** What was received as often as allowed and never acknowledged: settled as failed, so that its run completes. */
import { resultKeys, uploadKeys } from '../domain/keys.ts';
import { rejectedSchema, type ScoreMessage, scoreMessageSchema } from '../domain/records.ts';
import type { ReceivedMessage } from '../storage/ports.ts';
import { rejectEvaluation } from './evaluate.ts';
import { finishAfterWriting, finishIfComplete } from './finish.ts';
import { createJson, readBody, readJson } from './objects.ts';
import { failedPrediction } from './outcomes.ts';
import { closeRun } from './planning/indexes.ts';
import { type PlanRequest, parseJson, parsePlanMessage } from './planning/messages.ts';
import type { ScoringParts } from './ports.ts';
import { openRunSchema } from './records.ts';
import { runIdOf } from './runId.ts';
import type { RunRecords } from './runRecords.ts';
import { readPlan } from './scoreShard.ts';
import { settle } from './settle.ts';

export interface DeadLetterParts extends ScoringParts {
  readonly runs: RunRecords;
}

/**
 * `wait`: leave it for one lease, then handle it again: whoever holds the shard still may settle it better.
 * Otherwise to be acknowledged.
 */
export type DeadLetterOutcome = 'wait' | 'settled' | 'nothing to settle';

/** Of the score queue. */
export async function handleDeadShard(
  parts: DeadLetterParts,
  { body, receives }: Pick<ReceivedMessage, 'body' | 'receives'>,
): Promise<DeadLetterOutcome> {
  const parsed = scoreMessageSchema.safeParse(parseJson(body));
  if (!parsed.success) return 'nothing to settle';
  return receives <= 1 ? 'wait' : abandonShard(parts, parsed.data);
}

async function abandonShard(
  parts: DeadLetterParts,
  { project, run: id, shard }: ScoreMessage,
): Promise<DeadLetterOutcome> {
  const run = await parts.runs.get(project, id);
  const items = run && (await readPlan(parts, run, shard));
  if (!run || !items) return 'nothing to settle';
  if (await parts.stores.results.head(resultKeys.cancelled(project, id))) {
    await finishIfComplete(parts, run);
    return 'settled';
  }
  const abandoned = items.map(({ key }) => failedPrediction(key, 'ABANDONED'));
  const outcomes = await settle(parts, run, shard, items, abandoned);
  const finish = await finishAfterWriting(parts, run);
  if (outcomes && finish !== 'deleted')
    parts.log.error({ project, run: id, shard, failed: outcomes.failed }, 'shard settled by the dead letters');
  return 'settled';
}

/**
 * Of the plan queue: a commit that can't be planned is rejected, so that its run does not stay in planning, and so is
 * a comparison that can't be made. Deletions are sent again by the sweep until they are through.
 */
export async function handleDeadPlan(
  parts: ScoringParts,
  { body, receives }: Pick<ReceivedMessage, 'body' | 'receives'>,
): Promise<DeadLetterOutcome> {
  const rejectable = parsePlanMessage(body).filter((work) => work.kind !== 'delete');
  if (rejectable.length === 0) return 'nothing to settle';
  if (receives <= 1) return 'wait';
  for (const work of rejectable) {
    if (work.kind === 'plan') await rejectPlan(parts, work);
    else await rejectEvaluation(parts, work, COMPARISON_FAILED);
  }
  return 'settled';
}

const COMPARISON_FAILED = {
  code: 'INTERNAL',
  message: 'Comparing with this truth failed as often as it is tried: see the log, and add it again',
} as const;

async function rejectPlan({ stores, now, log }: ScoringParts, { project, batch, commit }: PlanRequest): Promise<void> {
  const key = uploadKeys.commit(project, batch, commit);
  const body = await readBody(stores.uploads, key);
  if (!body) return;
  const run = runIdOf(key, body);
  if (await stores.results.head(resultKeys.record(project, run))) return;
  const open = await readJson(stores.results, resultKeys.openRun(project, run), openRunSchema);
  const committedAt = open?.committedAt ?? now().toISOString();
  const error = { code: 'INTERNAL', message: 'Planning failed as often as it is tried: see the log, and commit again' };
  const rejected = rejectedSchema.parse({ run, project, batch, commit, error, committedAt });
  await createJson(stores.results, resultKeys.rejected(project, run), rejected);
  await closeRun(stores.results, project, run);
  log.error({ project, run }, 'commit rejected by the dead letters');
}
