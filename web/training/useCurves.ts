import { useEffect, useMemo, useState } from 'preact/hooks';
import { SweepCurve } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { type AskCurve, type CurveRun, type Curves, curveReader } from './curves.ts';

/** Losses of these runs; read on whenever `runs` is another array, which is whenever the sweep was read. */
export function useCurves(runs: readonly CurveRun[]): Curves {
  const [curves, setCurves] = useState<Curves>(new Map());
  const stop = useMemo(() => new AbortController(), []);
  const read = useMemo(() => curveReader((id, after) => ask(id, after, stop.signal)), []);
  useEffect(() => () => stop.abort(), []);
  useEffect(() => {
    void read(runs).then((found) => found && !stop.signal.aborted && setCurves(found));
  }, [runs]);
  return curves;
}

async function ask(id: string, after: string | null, signal: AbortSignal): ReturnType<AskCurve> {
  const { training } = await request(SweepCurve, { id, after }, { signal });
  if (!training) return { points: [], hasNextPage: false, endCursor: null };
  const points = training.epochs.edges.map(({ node: { epoch, train, test } }) => ({
    epoch,
    train: train.loss,
    heldOut: test.loss,
  }));
  return { points, ...training.epochs.pageInfo };
}
