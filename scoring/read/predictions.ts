/** Predictions in plan order, filtered or not. */
import { resultKeys, shardId } from '../../domain/keys.ts';
import type { Prediction, Run } from '../../domain/records.ts';
import { inOrder } from '../concurrently.ts';
import { checkFirst, decodeCursor, encodeCursor } from './cursor.ts';
import { listFailures } from './failures.ts';
import { keyRange } from './names.ts';
import { shardPredictions } from './prediction.ts';
import type {
  Edge,
  Page,
  PageRequest,
  PredictionFilter,
  PredictionPlace,
  PredictionView,
  ReadStores,
} from './types.ts';

/** A filtered page opens so many shards at most; where that is not enough it ends with a cursor to go on from. */
const MOST_OPENED = 20;
const OPENED_AT_ONCE = 4;

type Results = Pick<ReadStores, 'results'>;

/**
 * In plan order; shards that are not scored yet are left out. Costs a LIST, and a GET a shard that it opens.
 * Failed items of a finished run come from their index. Keys by prefix are found at once where the plan is sorted.
 */
export async function listPredictions(
  stores: Results,
  run: Run,
  request: PageRequest,
  filter: PredictionFilter = {},
): Promise<Page<PredictionView>> {
  const first = checkFirst(request);
  if (filter.outcome !== 'scored' && !filter.keyPrefix && (filter.outcome === 'failed' || filter.code)) {
    const failures = await listFailures(stores, run, request, filter.code ?? null);
    if (failures) return failures;
  }
  const range = filter.keyPrefix ? await keyRange(stores.results, run, filter.keyPrefix) : null;
  const after = request.after ? parsePlace(request.after) : null;
  const start = laterPlace(after, range ? { shard: shardId(range.from), line: -1 } : null);
  const last = range ? range.to : run.shards - 1;
  return scan(stores, run, first, start, last, filter);
}

function parsePlace(cursor: string): PredictionPlace {
  const [, shard, line] = decodeCursor('prediction', cursor, /^(\d{6})\.(-?\d{1,6})$/);
  return { shard: shard!, line: Number(line) };
}

export function predictionCursor({ shard, line }: PredictionPlace): string {
  return encodeCursor('prediction', `${shard}.${line}`);
}

function laterPlace(a: PredictionPlace | null, b: PredictionPlace | null): PredictionPlace | null {
  if (!a || !b) return a ?? b;
  return a.shard > b.shard || (a.shard === b.shard && a.line > b.line) ? a : b;
}

async function scan(
  stores: Results,
  run: Run,
  first: number,
  start: PredictionPlace | null,
  lastShard: number,
  filter: PredictionFilter,
): Promise<Page<PredictionView>> {
  const shards = (await scoredShards(stores, run, start)).filter((shard) => Number(shard) <= lastShard);
  const edges: Edge<PredictionView>[] = [];
  let scanned: PredictionPlace | null = null;
  const open = async (shard: string) => ({ shard, lines: await shardPredictions(stores, run, shard) });
  for await (const { shard, lines } of inOrder(shards, OPENED_AT_ONCE, open)) {
    for (const [line, prediction] of lines.entries()) {
      if (start && shard === start.shard && line <= start.line) continue;
      if (!matches(prediction, filter)) continue;
      if (edges.length === first) return pageOf(edges, true, scanned);
      const node = { project: run.project, run: run.run, shard, line, prediction };
      edges.push({ cursor: predictionCursor(node), node });
    }
    scanned = { shard, line: lines.length };
  }
  return pageOf(edges, shards.length === MOST_OPENED, scanned);
}

function pageOf(
  edges: readonly Edge<PredictionView>[],
  hasNextPage: boolean,
  scanned: PredictionPlace | null,
): Page<PredictionView> {
  const full = edges.at(-1)?.cursor ?? null;
  const resume = scanned ? predictionCursor(scanned) : null;
  return { edges, hasNextPage, endCursor: hasNextPage ? later(full, resume) : full };
}

/** Both are of one list; the one that lies further on. */
function later(a: string | null, b: string | null): string | null {
  if (!a || !b) return a ?? b;
  const place = laterPlace(parsePlace(a), parsePlace(b))!;
  return predictionCursor(place);
}

async function scoredShards(stores: Results, run: Run, start: PredictionPlace | null): Promise<string[]> {
  const prefix = resultKeys.predictions(run.project, run.run);
  // `<shard>.jsonl` sorts after `<shard>`, so the shard of the cursor itself is listed again.
  const listing = await stores.results.list({
    prefix,
    limit: MOST_OPENED,
    ...(start ? { after: prefix + start.shard } : {}),
  });
  return listing.objects.map(({ key }) => key.slice(prefix.length, -'.jsonl'.length));
}

function matches(prediction: Prediction, { outcome, code, keyPrefix }: PredictionFilter): boolean {
  return (
    (!outcome || prediction.outcome === outcome) &&
    (!code || prediction.error?.code === code) &&
    (!keyPrefix || prediction.key.startsWith(keyPrefix))
  );
}
