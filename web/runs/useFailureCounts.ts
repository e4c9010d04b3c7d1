/** Failures by reason while a run goes on. The API keeps such counts of a run that has ended; here they are counted. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { sleep } from '../api/connection.ts';
import { FailureCodes, type FailureCodesData } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';

export interface FailureTally {
  /** Most first. */
  readonly counts: readonly { readonly code: string; readonly count: number }[];
  readonly total: number;
}

const PAGE = 200;
/** A page opens 20 shards at most: of a larger run these are the first failures only. */
const MOST_PAGES = 25;
const PAUSE_MS = 1000;

/** Null until the first count. Counted again after `failed` has changed, and never twice at once. */
export function useFailureCounts(run: string, failed: number): FailureTally | null {
  const [tally, setTally] = useState<FailureTally | null>(null);
  const wanted = useRef(failed);
  wanted.current = failed;
  useEffect(() => {
    const stop = new AbortController();
    const follow = async () => {
      for (let seen = 0; !stop.signal.aborted; await sleep(PAUSE_MS, stop.signal)) {
        if (seen === wanted.current) continue;
        const now = wanted.current;
        const found = await tallyOf(run, stop.signal).catch(() => null);
        if (!found || stop.signal.aborted) continue;
        seen = now;
        setTally(found);
      }
    };
    void follow();
    return () => stop.abort();
  }, [run]);
  return tally;
}

async function tallyOf(id: string, signal: AbortSignal): Promise<FailureTally> {
  const counts = new Map<string, number>();
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const failures: Failures | null = await pageOf(id, after, signal);
    if (!failures) break;
    for (const { node } of failures.edges) {
      if (node.error) counts.set(node.error.code, (counts.get(node.error.code) ?? 0) + 1);
    }
    const { hasNextPage, endCursor } = failures.pageInfo;
    if (!hasNextPage || !endCursor) break;
    after = endCursor;
  }
  const sorted = [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
  return { counts: sorted, total: sorted.reduce((sum, { count }) => sum + count, 0) };
}

type Failures = NonNullable<FailureCodesData['run']>['predictions'];

async function pageOf(id: string, after: string | null, signal: AbortSignal): Promise<Failures | null> {
  const { run } = await request(FailureCodes, { id, first: PAGE, after }, { signal });
  return run?.predictions ?? null;
}
