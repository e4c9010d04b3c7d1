/** The images of a run by one of two lists of the API: faces in the order of their errors, or items in plan order. */
import type { ApiError } from '../api/apiError.ts';
import { FaceErrors, type ItemLine, Items, type ItemsVariables } from '../api/operations.generated.ts';
import { usePages } from '../api/usePages.ts';

export const ORDERS = ['worst', 'best', 'failed', 'all'] as const;
export type Order = (typeof ORDERS)[number];

export interface ItemFilter {
  readonly show: Order;
  /** Of `failed`. */
  readonly code: string | null;
  /** Of `failed` and `all`: what the key begins with. */
  readonly prefix: string | null;
  readonly truth: string | null;
}

/** As the URL has it. Without a truth there is no worst and no best. */
export function filterOf(filters: URLSearchParams, evaluated: boolean): ItemFilter {
  const asked = ORDERS.find((order) => order === filters.get('show')) ?? 'worst';
  const show = evaluated || asked === 'failed' ? asked : 'all';
  return { show, code: filters.get('code'), prefix: filters.get('prefix'), truth: filters.get('truth') };
}

export interface ItemEntry {
  readonly item: ItemLine;
  /** Of one face; null in plan order. */
  readonly error: { readonly face: number | null; readonly maePx: number | null; readonly nme: number | null } | null;
}

export interface ItemList {
  readonly rows: readonly ItemEntry[];
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly error: ApiError | null;
  more(): void;
}

const PAGE = 50;

export function useItems(run: string, { show, code, prefix, truth }: ItemFilter): ItemList {
  const ordered = show === 'worst' || show === 'best';
  const order = show === 'best' ? ('BEST_FIRST' as const) : ('WORST_FIRST' as const);
  const faces = usePages(
    FaceErrors,
    ordered ? { id: run, order, truth, first: PAGE } : null,
    (data) => data.run?.faceErrors,
  );
  const filter = {
    outcome: show === 'failed' ? ('FAILED' as const) : null,
    code: show === 'failed' ? (code as NonNullable<ItemsVariables['code']> | null) : null,
    keyPrefix: prefix,
  };
  const items = usePages(Items, ordered ? null : { id: run, ...filter, first: PAGE }, (data) => data.run?.predictions);
  if (!ordered) return { ...items, rows: items.nodes.map((item) => ({ item, error: null })) };
  return {
    ...faces,
    rows: faces.nodes.map(({ prediction, face, maePx, nme }) => ({ item: prediction, error: { face, maePx, nme } })),
  };
}
