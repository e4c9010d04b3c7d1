/** Failed items of a finished run, all or by error code, from the index that the finisher wrote. */
import type { ItemErrorCode } from '../../domain/errors.ts';
import { resultKeys } from '../../domain/keys.ts';
import type { Run } from '../../domain/records.ts';
import { decodeLines } from '../jsonl.ts';
import { readBody } from '../objects.ts';
import { ALL_CODES, PAGE_ENTRIES, pageId } from '../pages.ts';
import { type FailureEntry, failureEntrySchema } from '../records.ts';
import { checkFirst, decodeCursor, encodeCursor } from './cursor.ts';
import { readPrediction } from './prediction.ts';
import type { Page, PageRequest, PredictionView, ReadStores } from './types.ts';

/**
 * In plan order. Three requests a page, and a ranged GET an item. Null where the run is not finished and the cursor is
 * not of this index: the caller scans then.
 */
export async function listFailures(
  stores: Pick<ReadStores, 'results'>,
  run: Pick<Run, 'project' | 'run'>,
  request: PageRequest,
  code: ItemErrorCode | null,
): Promise<Page<PredictionView> | null> {
  const first = checkFirst(request);
  const from = request.after ? placeIn(request.after) : 0;
  if (from === null) return null;
  const finished = await stores.results.head(resultKeys.done(run.project, run.run));
  if (!finished) return null;
  const page = Math.floor(from / PAGE_ENTRIES);
  const start = from % PAGE_ENTRIES;
  let entries = await failurePage(stores, run, code, page);
  if (entries.length === PAGE_ENTRIES && start + first + 1 > PAGE_ENTRIES) {
    entries = [...entries, ...(await failurePage(stores, run, code, page + 1))];
  }
  const nodes = await Promise.all(
    entries.slice(start, start + first).map((entry) => readPrediction(stores, run.project, run.run, entry, entry)),
  );
  const edges = nodes.map((node, i) => ({ cursor: encodeCursor('failure', String(from + i)), node: node! }));
  return { edges, hasNextPage: entries.length > start + first, endCursor: edges.at(-1)?.cursor ?? null };
}

/** Null for a cursor of the scan, which a client may hold from before the run was finished. */
function placeIn(cursor: string): number | null {
  if (Buffer.from(cursor, 'base64url').toString('utf8').startsWith('prediction:')) return null;
  return Number(decodeCursor('failure', cursor, /^\d{1,9}$/)[0]) + 1;
}

async function failurePage(
  stores: Pick<ReadStores, 'results'>,
  { project, run }: Pick<Run, 'project' | 'run'>,
  code: ItemErrorCode | null,
  page: number,
): Promise<FailureEntry[]> {
  const key = resultKeys.failures(project, run, code ?? ALL_CODES, pageId(page));
  const body = await readBody(stores.results, key);
  return body ? decodeLines(body, failureEntrySchema, key) : [];
}
