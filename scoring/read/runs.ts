/** Runs, newest first, and one run with its status. */
import { parseIndexEntry, resultKeys } from '../../domain/keys.ts';
import { cancelledSchema, doneSchema, type Run, rejectedSchema, runSchema } from '../../domain/records.ts';
import { readJson } from '../objects.ts';
import { openRunSchema } from '../records.ts';
import { checkFirst, decodeCursor, encodeCursor } from './cursor.ts';
import type { Page, PageRequest, ReadStores, RunEntry, RunStatus, RunView } from './types.ts';

export interface RunListRequest extends PageRequest {
  readonly project: string;
  /** Runs of this batch only, or of this model's name only; not both. */
  readonly batch?: string | null;
  readonly model?: string | null;
}

/** Newest first, rejected and planning ones included. One LIST. */
export async function listRuns(stores: ReadStores, request: RunListRequest): Promise<Page<RunEntry>> {
  const first = checkFirst(request);
  const prefix = indexOf(request);
  const after = request.after ? decodeCursor('run', request.after, /^\d{13}-[a-z0-9._-]+$/)[0] : null;
  const listing = await stores.results.list({
    prefix,
    limit: first + 1,
    ...(after === null ? {} : { after: prefix + after }),
  });
  const entries = listing.objects.slice(0, first).map(({ key }) => key.slice(prefix.length));
  const edges = entries.map((entry) => ({
    cursor: encodeCursor('run', entry),
    node: { project: request.project, ...parseIndexEntry(entry) },
  }));
  return { edges, hasNextPage: listing.objects.length > first, endCursor: edges.at(-1)?.cursor ?? null };
}

function indexOf({ project, batch, model }: RunListRequest): string {
  if (batch) return resultKeys.batchIndex(project, batch);
  return model ? resultKeys.modelIndex(project, model) : resultKeys.timeIndex(project);
}

/** Null where there is no such run, or it was deleted. Three GETs at most. */
export async function readRun(stores: ReadStores, project: string, run: string): Promise<RunView | null> {
  const record = await readJson(stores.results, resultKeys.record(project, run), runSchema);
  if (!record) return readUnplanned(stores, project, run);
  const [done, cancelled] = await Promise.all([
    readJson(stores.results, resultKeys.done(project, run), doneSchema),
    readJson(stores.results, resultKeys.cancelled(project, run), cancelledSchema),
  ]);
  const cancelledAt = done ? null : (cancelled?.cancelledAt ?? null);
  return {
    ...viewOf(record),
    status: statusOf(done?.aboveThreshold ?? null, cancelledAt !== null),
    done,
    cancelledAt,
  };
}

function viewOf(record: Run): Omit<RunView, 'status' | 'done' | 'cancelledAt'> {
  const { project, run, batch, commit, committedAt } = record;
  return { project, run, batch, commit, committedAt, record, rejection: null };
}

function statusOf(aboveThreshold: boolean | null, cancelled: boolean): RunStatus {
  if (aboveThreshold !== null) return aboveThreshold ? 'FAILED' : 'DONE';
  return cancelled ? 'CANCELLED' : 'RUNNING';
}

/** Rejected, or seen and not planned yet: the marker of open runs tells. */
async function readUnplanned(stores: ReadStores, project: string, run: string): Promise<RunView | null> {
  const [rejected, open] = await Promise.all([
    readJson(stores.results, resultKeys.rejected(project, run), rejectedSchema),
    readJson(stores.results, resultKeys.openRun(project, run), openRunSchema),
  ]);
  const known = rejected ?? open;
  if (!known) return null;
  const { batch, commit, committedAt } = known;
  return {
    project,
    run,
    batch,
    commit,
    committedAt,
    status: rejected ? 'REJECTED' : 'PLANNING',
    record: null,
    rejection: rejected?.error ?? null,
    done: null,
    cancelledAt: null,
  };
}
