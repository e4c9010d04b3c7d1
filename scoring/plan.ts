/** The planner: from a message on the plan queue to a run's shards, or to the reason why there can be none. */
import { FiducialError, isFiducialError, type OperationErrorCode } from '../domain/errors.ts';
import { resultKeys, uploadKeys } from '../domain/keys.ts';
import { type Commit, commitSchema, type Run, rejectedSchema, runSchema } from '../domain/records.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { removeBatch, removeRun } from './delete.ts';
import { evaluateRun } from './evaluate.ts';
import { createJson, readJson } from './objects.ts';
import { announceShards } from './planning/announce.ts';
import { closeRun, indexByModel, openRun } from './planning/indexes.ts';
import { PLAN_LIMITS, type PlanLimits } from './planning/limits.ts';
import { type PlanRequest, type PlanWork, parseJson, parsePlanMessage, planMessage } from './planning/messages.ts';
import { type PlannedItems, planItems } from './planning/planItems.ts';
import { openPrevious } from './planning/previous.ts';
import type { ModelResolver, ResolvedModel, ScoringModel, ScoringParts } from './ports.ts';
import type { OpenRun } from './records.ts';
import { runIdOf } from './runId.ts';
import { isBatchDeleted, isDeleted } from './tombstones.ts';

export interface PlanParts extends ScoringParts {
  readonly models: ModelResolver;
  /** Recorded in run.json. */
  readonly codeVersion: string;
  /** A new id for an attempt to plan: lower-case letters and digits, never given twice. */
  newAttempt(): string;
  readonly limits?: PlanLimits;
  /** False when the call has to end soon: the rest is done by a message to the planner itself. Default: always true. */
  timeLeft?(): boolean;
}

export type PlanOutcome =
  | { readonly kind: 'planned' | 'resumed'; readonly run: string; readonly sent: number }
  | { readonly kind: 'rejected'; readonly run: string; readonly code: OperationErrorCode }
  | { readonly kind: 'continued' | 'deleted' | 'cancelled' | 'evaluated' | 'unfinished'; readonly run: string }
  | { readonly kind: 'gone' };

/**
 * Does all that one message of the plan queue asks for: an S3 event (of one commit, several or none), a plan message,
 * an evaluation, a deletion. To be acknowledged when it returns; throws where it should come again.
 */
export async function handlePlanMessage(parts: PlanParts, messageBody: string): Promise<readonly PlanOutcome[]> {
  const work = parsePlanMessage(messageBody);
  if (work.length === 0) parts.log.info({ body: messageBody.slice(0, 200) }, 'nothing to plan in this message');
  const outcomes: PlanOutcome[] = [];
  for (const one of work) outcomes.push(await doWork(parts, one));
  return outcomes;
}

async function doWork(parts: PlanParts, work: PlanWork): Promise<PlanOutcome> {
  if (work.kind === 'plan') return planCommit(parts, work);
  if (work.kind === 'evaluate') {
    const outcome = await evaluateRun(parts, work, parts.timeLeft);
    if (outcome === 'continued') await parts.queues.plan.send(JSON.stringify(work), { group: work.project });
    if (outcome === 'gone') return { kind: 'gone' };
    if (outcome === 'rejected') return { kind: 'rejected', run: work.run, code: 'INVALID_MANIFEST' };
    return { kind: outcome, run: work.run };
  }
  if (work.batch) await removeBatch(parts, work.project, work.batch);
  if (work.run) await removeRun(parts, work.project, work.run);
  return { kind: 'gone' };
}

/** Plans the run of one commit, or goes on where another planner left off. */
export async function planCommit(parts: PlanParts, request: PlanRequest): Promise<PlanOutcome> {
  const { project, batch } = request;
  const { results } = parts.stores;
  const commit = await readCommit(parts, request);
  if (!commit) return { kind: 'gone' };
  const { open } = commit;
  if (await isBatchDeleted(results, project, batch)) return { kind: 'gone' };
  if (await isDeleted(results, project, open.run)) return { kind: 'deleted', run: open.run };
  const known = await readJson(results, resultKeys.record(project, open.run), runSchema);
  if (known) return announce(parts, known, open, false);
  try {
    return await planNew(parts, request, commit);
  } catch (error) {
    if (!isFiducialError(error, ...REJECTIONS)) throw error;
    return reject(parts, open, error);
  }
}

const REJECTIONS: readonly OperationErrorCode[] = [
  'UNKNOWN_MODEL',
  'INVALID_MODEL',
  'INVALID_COMMIT',
  'INVALID_MANIFEST',
  'NO_IMAGES',
  'LIMIT_EXCEEDED',
];

interface ReadCommit {
  readonly open: OpenRun;
  /** The commit, or why it is none. */
  readonly commit: Commit | FiducialError;
}

/** Null where the commit is gone: its batch was deleted. */
async function readCommit(parts: PlanParts, { project, batch, commit }: PlanRequest): Promise<ReadCommit | null> {
  const key = uploadKeys.commit(project, batch, commit);
  try {
    const { body, modifiedAt } = await parts.stores.uploads.get(key);
    const parsed = parseCommit(body.toString('utf8'), parts.now());
    const committedAt = parsed instanceof FiducialError ? modifiedAt.toISOString() : parsed.committedAt;
    return { open: { run: runIdOf(key, body), project, batch, commit, committedAt }, commit: parsed };
  } catch (error) {
    if (isFiducialError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

const DAY_MS = 86_400_000;

function parseCommit(body: string, now: Date): Commit | FiducialError {
  const parsed = commitSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') || 'the body';
    return new FiducialError(
      'INVALID_COMMIT',
      `Expected a commit {model, crop, committedAt, ...}: ${where}: ${issue?.message}`,
    );
  }
  const at = Date.parse(parsed.data.committedAt);
  if (at >= 0 && at <= now.getTime() + DAY_MS) return parsed.data;
  return new FiducialError(
    'INVALID_COMMIT',
    `Expected committedAt to be a time before now, got ${parsed.data.committedAt}`,
  );
}

async function planNew(parts: PlanParts, request: PlanRequest, { open, commit }: ReadCommit): Promise<PlanOutcome> {
  const { results } = parts.stores;
  const rejected = await readJson(results, resultKeys.rejected(open.project, open.run), rejectedSchema);
  if (rejected) {
    await closeRun(results, open.project, open.run);
    return { kind: 'rejected', run: open.run, code: rejected.error.code };
  }
  await openRun(results, open);
  if (commit instanceof FiducialError) throw commit;
  const { imagesSeen, ...model } = await resolveModel(parts, open.project, commit);
  const previous = commit.retryOf ? await openPrevious(results, open.project, open.batch, commit.retryOf, model) : null;
  const attempt = request.continuation?.attempt ?? parts.newAttempt();
  const planned = await planItems(parts, {
    place: { project: open.project, run: open.run, attempt },
    batch: open.batch,
    crop: model.crop,
    limits: parts.limits ?? PLAN_LIMITS,
    continuation: request.continuation ?? null,
    previous,
  });
  if (planned.continuation) {
    const body = planMessage({ ...request, continuation: planned.continuation });
    await parts.queues.plan.send(body, { group: open.project });
    return { kind: 'continued', run: open.run };
  }
  const run = runOf(parts, open, commit, model, attempt, planned);
  return publish(parts, open, { ...run, ...(await writeSeen(results, run, imagesSeen)) });
}

/** So that workers can tell seen images from others, whatever becomes of the training run. */
async function writeSeen(
  results: ObjectStore,
  { project, run, attempt }: Run,
  imagesSeen: ResolvedModel['imagesSeen'],
): Promise<Pick<Run, 'imagesSeen'>> {
  const images = (await imagesSeen?.()) ?? null;
  if (!images) return {};
  const body = JSON.stringify([...images].sort());
  await results.put(resultKeys.planSeen(project, run, attempt), body, { contentType: 'application/json' });
  return { imagesSeen: images.size };
}

async function resolveModel(
  parts: PlanParts,
  project: string,
  commit: Commit,
): Promise<ScoringModel & Pick<ResolvedModel, 'imagesSeen'>> {
  const resolved = await parts.models.resolve(project, commit.model);
  const crop = commit.crop ?? resolved.crop;
  return { ...resolved, crop, detector: crop === 'detect' ? await parts.models.detector() : null };
}

function runOf(
  parts: PlanParts,
  open: OpenRun,
  commit: Commit,
  model: ScoringModel,
  attempt: string,
  { items, shards, shardSize, truth }: PlannedItems,
): Run {
  return {
    run: open.run,
    project: open.project,
    batch: open.batch,
    commit: open.commit,
    model: model.pin,
    detector: model.detector,
    crop: model.crop,
    errorThreshold: commit.errorThreshold,
    retryOf: commit.retryOf ?? null,
    codeVersion: parts.codeVersion,
    attempt,
    items,
    shards,
    shardSize,
    truth,
    committedAt: open.committedAt,
  };
}

/** run.json, if absent: it names the attempt that won, whose shards are the run's. */
async function publish(parts: PlanParts, open: OpenRun, run: Run): Promise<PlanOutcome> {
  const { results } = parts.stores;
  const key = resultKeys.record(run.project, run.run);
  const won = await createJson(results, key, run);
  const winner = won ? run : await readJson(results, key, runSchema);
  const deleted =
    !winner ||
    (await isDeleted(results, run.project, run.run)) ||
    (await isBatchDeleted(results, run.project, run.batch));
  if (!deleted) return announce(parts, winner, open, won);
  await removeRun(parts, run.project, run.run);
  return { kind: 'deleted', run: run.run };
}

async function announce(parts: PlanParts, run: Run, open: OpenRun, fresh: boolean): Promise<PlanOutcome> {
  const { results } = parts.stores;
  await indexByModel(results, open, run.model.name);
  if (!fresh) {
    if (await results.head(resultKeys.done(run.project, run.run))) {
      await closeRun(results, run.project, run.run);
      return { kind: 'resumed', run: run.run, sent: 0 };
    }
  }
  if (await results.head(resultKeys.cancelled(run.project, run.run))) return { kind: 'cancelled', run: run.run };
  const sent = await announceShards(parts, run, { fresh });
  parts.log.info({ project: run.project, run: run.run, items: run.items, sent }, 'run planned');
  return { kind: fresh ? 'planned' : 'resumed', run: run.run, sent };
}

async function reject(parts: PlanParts, open: OpenRun, error: FiducialError): Promise<PlanOutcome> {
  const { results } = parts.stores;
  const code = error.code as OperationErrorCode;
  const { run, project, batch, commit, committedAt } = open;
  const rejected = { run, project, batch, commit, error: { code, message: error.message }, committedAt };
  await createJson(results, resultKeys.rejected(project, run), rejectedSchema.parse(rejected));
  if (await isDeleted(results, project, run)) await removeRun(parts, project, run);
  await closeRun(results, project, run);
  parts.log.warn({ project, run, code }, error.message);
  return { kind: 'rejected', run, code };
}
