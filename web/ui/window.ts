/** Which rows of a long list are worth drawing. */
export interface RowWindow {
  /** First row, from 0. */
  readonly from: number;
  /** One after the last. */
  readonly to: number;
}

/** `top`: how far the list's first row is above the view's upper edge, pixels. */
export function rowWindow(top: number, viewHeight: number, rowHeight: number, rows: number, spare = 10): RowWindow {
  const from = Math.max(0, Math.min(rows, Math.floor(top / rowHeight) - spare));
  const to = Math.max(from, Math.min(rows, Math.ceil((top + viewHeight) / rowHeight) + spare));
  return { from, to };
}
