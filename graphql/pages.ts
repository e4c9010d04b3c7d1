/** From the ledger's pages to Relay's connections. */
import { FiducialError } from '../domain/errors.ts';
import type { Page } from '../scoring/read/types.ts';
import type { ApiContext } from './ports.ts';

export const DEFAULT_FIRST = 20;
export const MOST_FIRST = 200;

interface ConnectionArgs {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
  readonly after?: string | null | undefined;
}

export interface Forwards {
  readonly first: number;
  readonly after: string | null;
}

/** INVALID_INPUT: lists of the ledger are read forwards, 1 to 200 at a time. */
export function forwards({ first, after, last, before }: ConnectionArgs): Forwards {
  if (last != null || before != null) {
    throw new FiducialError('INVALID_INPUT', 'Expected `first` and `after`: lists are read forwards only');
  }
  const count = first ?? DEFAULT_FIRST;
  if (count >= 1 && count <= MOST_FIRST) return { first: count, after: after ?? null };
  throw new FiducialError('INVALID_INPUT', `Expected \`first\` to be from 1 to ${MOST_FIRST}, got ${count}`);
}

/** A page costs its fields for each of its nodes. */
export function pageCost({ first }: ConnectionArgs): { field: number; multiplier: number } {
  return { field: 1, multiplier: Math.max(1, first ?? DEFAULT_FIRST) };
}

export interface Connection<T> {
  readonly edges: { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** `open` reads what a node needs; null leaves it out: it was deleted meanwhile. */
export async function connectionOf<T, N>(
  page: Page<T>,
  after: string | null,
  open: (node: T) => Promise<N | null> | N | null,
): Promise<Connection<N>> {
  const opened = await Promise.all(page.edges.map(async ({ cursor, node }) => ({ cursor, node: await open(node) })));
  const edges = opened.filter((edge): edge is { cursor: string; node: Awaited<N> } => edge.node !== null);
  const pageInfo = {
    hasNextPage: page.hasNextPage,
    hasPreviousPage: after !== null,
    startCursor: page.edges[0]?.cursor ?? null,
    endCursor: page.endCursor,
  };
  return { edges: edges as { cursor: string; node: N }[], pageInfo };
}

export function emptyConnection<N>(): Connection<N> {
  const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
  return { edges: [], pageInfo };
}

/** A page of ids that are their own cursors. */
export function pageOfIds<T>(ids: readonly T[], cursor: (id: T) => string, hasNextPage: boolean): Page<T> {
  const edges = ids.map((node) => ({ cursor: cursor(node), node }));
  return { edges, hasNextPage, endCursor: edges.at(-1)?.cursor ?? null };
}

/** Reads a thing once a request, however many fields ask for it. */
export function once<T>(context: ApiContext, key: string, read: () => Promise<T>): Promise<T> {
  const known = context.memo.get(key) as Promise<T> | undefined;
  if (known) return known;
  const reading = read();
  context.memo.set(key, reading);
  return reading;
}
