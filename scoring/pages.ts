/** Sizes of the pages that index objects are written in. */

/** Entries an object of `order/` or `failures/`. */
export const PAGE_ENTRIES = 500;
/** The order index holds so many of the worst faces of a run: all of them but in very large runs. */
export const ORDER_KEPT = 100_000;
/** Beside the error codes: failed items of every code. */
export const ALL_CODES = 'ALL';

/** Padded, so that pages list in order. */
export function pageId(index: number): string {
  return String(index).padStart(6, '0');
}
