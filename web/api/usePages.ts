/** A connection read a page at a time: what has been read so far, and the way to read on. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, asApiError } from './apiError.ts';
import { away } from './connection.ts';
import type { Operation } from './operation.ts';
import { request } from './request.ts';

export interface Connection<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface Pages<Node> {
  readonly nodes: readonly Node[];
  /** More can be read. */
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly error: ApiError | null;
  /** Reads the next page; while one is being read, nothing. */
  more(): void;
  /** From the start. */
  refetch(): void;
}

interface State<Node> {
  /** The question that this answers. */
  readonly key: string;
  readonly nodes: readonly Node[];
  readonly after: string | null;
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly error: ApiError | null;
}

const EMPTY = { nodes: [], after: null, hasMore: true, loading: false, error: null };
const ASKED = { ...EMPTY, loading: true };

/** A filtered page may be empty and go on; after so many in a row, the reader decides. */
const MOST_EMPTY_PAGES = 5;

export function usePages<Data, Variables extends { after?: string | null }, Node>(
  operation: Operation<Data, Variables>,
  /** Null: nothing is read. */
  variables: Variables | null,
  connectionOf: (data: Data) => Connection<Node> | null | undefined,
): Pages<Node> {
  const key = `${operation.name} ${JSON.stringify(variables)}`;
  const [state, setState] = useState<State<Node>>({ key, ...ASKED });
  const latest = useRef({ state, stop: new AbortController() });
  latest.current.state = state;
  const put = useCallback((next: State<Node>) => {
    latest.current.state = next;
    setState(next);
  }, []);
  const more = useCallback(async () => {
    const { stop, state: from } = latest.current;
    if (!variables || from.key !== key || from.loading || !from.hasMore) return;
    put({ ...from, loading: true, error: null });
    try {
      let next: State<Node> = from;
      for (
        let tries = 0;
        tries < MOST_EMPTY_PAGES && next.hasMore && next.nodes.length === from.nodes.length;
        tries++
      ) {
        const page = connectionOf(
          await request(operation, { ...variables, after: next.after }, { signal: stop.signal }),
        );
        next = {
          key,
          nodes: [...next.nodes, ...(page?.edges.map(({ node }) => node) ?? [])],
          after: page?.pageInfo.endCursor ?? null,
          hasMore: Boolean(page?.pageInfo.hasNextPage && page.pageInfo.endCursor),
          loading: false,
          error: null,
        };
      }
      if (!stop.signal.aborted) put(next);
    } catch (error) {
      if (!stop.signal.aborted) put({ ...from, loading: false, error: asApiError(error) });
    }
  }, [key]);
  const refetch = useCallback(() => {
    latest.current.stop.abort();
    latest.current.stop = new AbortController();
    put({ key, ...EMPTY });
    void more();
  }, [more]);
  useEffect(() => {
    refetch();
    return () => latest.current.stop.abort();
  }, [refetch]);
  useEffect(() => away.watch((isAway) => !isAway && latest.current.state.error && void more()), [more]);
  // Until the effect has run, the state is still that of the last question: its rows are never shown as these.
  const { nodes, hasMore, loading, error } = state.key === key ? state : ASKED;
  return {
    nodes,
    hasMore,
    loading: loading && variables !== null,
    error,
    more: () => void more(),
    refetch,
  };
}
