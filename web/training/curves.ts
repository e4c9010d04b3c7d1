/** Losses of many training runs as they go on: each run is asked only for the epochs that are not known yet. */
import type { LossPoint } from '../../training/figures/specs/index.ts';

export interface CurveRun {
  readonly id: string;
  readonly status: string;
}

export interface CurvePage {
  readonly points: readonly LossPoint[];
  readonly hasNextPage: boolean;
  /** Of the last of them; null where there is none. */
  readonly endCursor: string | null;
}

/** The epochs after this cursor; null: from the first. */
export type AskCurve = (id: string, after: string | null) => Promise<CurvePage>;

/** By the run's id. */
export type Curves = ReadonlyMap<string, readonly LossPoint[]>;

interface Curve {
  readonly points: readonly LossPoint[];
  readonly after: string | null;
  /** Read to its end after the run had ended: nothing more will come. */
  readonly complete: boolean;
}

const EMPTY: Curve = { points: [], after: null, complete: false };
const AT_ONCE = 4;

export function hasEnded({ status }: Pick<CurveRun, 'status'>): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}

/**
 * Reads on from where it was at the last call; null where nothing is new. A call while one is under way gives null too:
 * the one under way reads for it.
 */
export function curveReader(ask: AskCurve): (runs: readonly CurveRun[]) => Promise<Curves | null> {
  const known = new Map<string, Curve>();
  let busy = false;
  let next: readonly CurveRun[] | null = null;

  async function readOn({ id, status }: CurveRun): Promise<void> {
    let curve = { ...(known.get(id) ?? EMPTY), complete: false };
    try {
      for (let more = true; more; ) {
        const page = await ask(id, curve.after);
        more = page.hasNextPage;
        const points = [...curve.points, ...page.points];
        // As it was before it was asked: an epoch may have come between.
        curve = { points, after: page.endCursor ?? curve.after, complete: !more && hasEnded({ status }) };
      }
    } finally {
      known.set(id, curve);
    }
  }

  async function readAll(runs: readonly CurveRun[]): Promise<boolean> {
    const due = runs.filter((run) => run.status !== 'QUEUED' && !(known.get(run.id)?.complete && hasEnded(run)));
    const before = due.map(({ id }) => known.get(id)?.points.length ?? 0);
    const left = [...due];
    const lane = async () => {
      // What can't be read now is read at the next call.
      for (let run = left.shift(); run; run = left.shift()) await readOn(run).catch(() => {});
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return due.some(({ id }, i) => known.get(id)!.points.length > before[i]!);
  }

  return async (runs) => {
    next = runs;
    if (busy) return null;
    busy = true;
    let grown = false;
    while (next) {
      const now: readonly CurveRun[] = next;
      next = null;
      grown = (await readAll(now)) || grown;
    }
    busy = false;
    return grown ? new Map([...known].map(([id, { points }]) => [id, points])) : null;
  };
}
