import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError, asApiError } from '../api/apiError.ts';
import { away } from '../api/connection.ts';
import { type MetricsDetail, type RunDetail, RunMetrics, RunPage } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';

export interface ComparedRun {
  readonly run: RunDetail;
  /** Null where the run has not been compared with a truth. */
  readonly metrics: MetricsDetail | null;
  /** Short and different from the others'. */
  readonly label: string;
}

export interface Compared {
  readonly runs: readonly ComparedRun[];
  readonly loading: boolean;
  readonly error: ApiError | null;
  refetch(): void;
}

const ASKED = { runs: [], loading: true, error: null };

export function useCompared(ids: readonly string[]): Compared {
  const key = ids.join(' ');
  const [state, setState] = useState<Omit<Compared, 'refetch'> & { readonly key: string }>({ key, ...ASKED });
  const [turn, setTurn] = useState(0);
  const refetch = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => {
    const stop = new AbortController();
    Promise.all(ids.map((id) => readRun(id, stop.signal)))
      .then((found) => setState({ key, runs: labelled(found), loading: false, error: null }))
      .catch((error) => {
        if (stop.signal.aborted) return;
        // What is on the page stays.
        setState((last) => ({
          ...(last.key === key ? last : { key, ...ASKED }),
          loading: false,
          error: asApiError(error),
        }));
      });
    return () => stop.abort();
  }, [key, turn]);
  useEffect(() => away.watch((isAway) => !isAway && refetch()), [refetch]);
  return { ...(state.key === key ? state : ASKED), refetch };
}

async function readRun(id: string, signal: AbortSignal): Promise<Omit<ComparedRun, 'label'>> {
  const { run } = await request(RunPage, { id }, { signal });
  if (!run)
    throw new ApiError('refused', 'NOT_FOUND', `Expected a run, got "${id}", which does not exist or was deleted`);
  const truth = run.truth ?? run.evaluations[0] ?? null;
  const answer = truth ? await request(RunMetrics, { id, truth }, { signal }) : null;
  return { run, metrics: answer?.run?.metrics ?? null };
}

/** Of batch, model and crop what tells the runs apart; a number where nothing does. */
function labelled(runs: readonly Omit<ComparedRun, 'label'>[]): ComparedRun[] {
  const facts = runs.map(({ run: { batch, model, crop } }) => [
    batch?.name ?? 'deleted batch',
    model ? `${model.name} ${model.version}` : 'no model',
    crop?.toLowerCase() ?? 'not planned',
  ]);
  const differ = [0, 1, 2].filter((at) => new Set(facts.map((own) => own[at])).size > 1);
  const names = facts.map((own) => own.filter((_, at) => differ.length === 0 || differ.includes(at)).join(', '));
  const unique = new Set(names).size === names.length;
  return runs.map((one, i) => ({ ...one, label: unique ? names[i]! : `${i + 1}. ${names[i]}` }));
}
