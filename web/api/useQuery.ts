/**
 * Reads while a component is shown: again when the variables change, when asked to, when the API is back, and where
 * that is wanted when a person comes back to the page.
 */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type ApiError, asApiError } from './apiError.ts';
import { away } from './connection.ts';
import type { Operation } from './operation.ts';
import { request } from './request.ts';

export interface Query<Data> {
  /** Of these variables; stays while it is read again, so that nothing flickers. Null until the first answer. */
  readonly data: Data | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
  refetch(): void;
}

export interface QueryOptions {
  /** Reads again so long after each answer; null: never. */
  readonly everyMs?: number | null;
  /** Reads again when the page is looked at again: another tab may have changed what is shown. Default: no. */
  readonly onReturn?: boolean;
}

interface State<Data> {
  readonly key: string;
  readonly data: Data | null;
  readonly error: ApiError | null;
}

export function useQuery<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  { everyMs = null, onReturn = false }: QueryOptions = {},
): Query<Data> {
  const key = `${operation.name} ${JSON.stringify(variables)}`;
  const [state, setState] = useState<State<Data>>({ key, data: null, error: null });
  const [turn, setTurn] = useState(0);
  const refetch = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => {
    const stop = new AbortController();
    void request(operation, variables, { signal: stop.signal })
      .then((data) => ({ key, data, error: null }))
      .catch((error: unknown) => ({ key, data: null, error: asApiError(error) }))
      .then((next) => {
        if (stop.signal.aborted) return;
        setState((last) => (next.error && last.key === key ? { ...last, error: next.error } : next));
      });
    return () => stop.abort();
  }, [key, turn]);
  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => !away.get() && !document.hidden && refetch(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, refetch]);
  useEffect(() => {
    if (!onReturn) return;
    const seen = () => !document.hidden && refetch();
    addEventListener('focus', seen);
    document.addEventListener('visibilitychange', seen);
    return () => {
      removeEventListener('focus', seen);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [onReturn, refetch]);
  useEffect(() => away.watch((isAway) => !isAway && refetch()), [refetch]);
  const current = state.key === key ? state : { key, data: null, error: null };
  return { ...current, loading: current.data === null && current.error === null, refetch };
}
