import { useEffect, useState } from 'preact/hooks';
import type { LossPoint } from '../../training/figures/specs/index.ts';
import { SweepCurve } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';

export type Curves = ReadonlyMap<string, readonly LossPoint[]>;

/** Losses of several training runs, by id; read again when `version` changes. What can't be read is left out. */
export function useCurves(ids: readonly string[], version: string): Curves {
  const [curves, setCurves] = useState<Curves>(new Map());
  useEffect(() => {
    const stop = new AbortController();
    void Promise.all(ids.map((id) => curveOf(id, stop.signal).catch(() => null))).then((found) => {
      if (stop.signal.aborted) return;
      setCurves(new Map(found.flatMap((points, i) => (points ? [[ids[i]!, points] as const] : []))));
    });
    return () => stop.abort();
  }, [ids.join(), version]);
  return curves;
}

async function curveOf(id: string, signal: AbortSignal): Promise<LossPoint[]> {
  const { training } = await request(SweepCurve, { id }, { signal });
  const epochs = training?.epochs.edges.map(({ node }) => node) ?? [];
  return epochs.map(({ epoch, train, test }) => ({ epoch, train: train.loss, heldOut: test.loss }));
}
