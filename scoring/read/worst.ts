/** Faces of the ground truth, worst first, from the order index of a finished evaluation. */
import { resultKeys } from '../../domain/keys.ts';
import { decodeLines } from '../jsonl.ts';
import { readBody } from '../objects.ts';
import { PAGE_ENTRIES, pageId } from '../pages.ts';
import { type OrderEntry, orderEntrySchema } from '../records.ts';
import { checkFirst, decodeCursor, encodeCursor } from './cursor.ts';
import { readPrediction } from './prediction.ts';
import type { Page, PageRequest, ReadStores, WorstEntry, WorstView } from './types.ts';

export interface WorstRequest extends PageRequest {
  readonly project: string;
  readonly run: string;
  /** Digest of the ground truth. */
  readonly truth: string;
}

/**
 * Missed faces first, then by inter-ocular NME, by pixels where there is none. Empty until the evaluation is
 * finished. Two GETs a page. The index holds the worst 100,000 faces.
 */
export async function listWorst(stores: Pick<ReadStores, 'results'>, request: WorstRequest): Promise<Page<WorstEntry>> {
  const { edges, hasNextPage } = await orderSlice(stores, request);
  return {
    edges: edges.map(({ cursor, node: { shard, line, key, face, maePx, nme } }) => ({
      cursor,
      node: { shard, line, key, face, maePx, nme },
    })),
    hasNextPage,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
}

/** The same with each item's prediction: one ranged GET an entry more. */
export async function listWorstPredictions(
  stores: Pick<ReadStores, 'results'>,
  request: WorstRequest,
): Promise<Page<WorstView>> {
  const { edges, hasNextPage } = await orderSlice(stores, request);
  const opened = await Promise.all(
    edges.map(async ({ cursor, node }) => {
      const view = await readPrediction(stores, request.project, request.run, node, node);
      const { shard, line, key, face, maePx, nme } = node;
      return view && { cursor, node: { shard, line, key, face, maePx, nme, prediction: view.prediction } };
    }),
  );
  return {
    edges: opened.filter((edge) => edge !== null),
    hasNextPage,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
}

async function orderSlice(stores: Pick<ReadStores, 'results'>, request: WorstRequest) {
  const first = checkFirst(request);
  const from = request.after ? Number(decodeCursor('worst', request.after, /^\d{1,9}$/)[0]) + 1 : 0;
  const page = Math.floor(from / PAGE_ENTRIES);
  const start = from % PAGE_ENTRIES;
  let entries = await orderPage(stores, request, page);
  // One entry more than asked for tells whether another page follows.
  if (entries.length === PAGE_ENTRIES && start + first + 1 > PAGE_ENTRIES) {
    entries = [...entries, ...(await orderPage(stores, request, page + 1))];
  }
  const edges = entries.slice(start, start + first).map((node, i) => ({
    cursor: encodeCursor('worst', String(from + i)),
    node,
  }));
  return { edges, hasNextPage: entries.length > start + first };
}

async function orderPage(
  stores: Pick<ReadStores, 'results'>,
  { project, run, truth }: WorstRequest,
  page: number,
): Promise<OrderEntry[]> {
  const key = resultKeys.order(project, run, truth, pageId(page));
  const body = await readBody(stores.results, key);
  return body ? decodeLines(body, orderEntrySchema, key) : [];
}
