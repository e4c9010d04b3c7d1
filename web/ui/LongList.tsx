/** A list of any length in a box of its own: only what is in view is drawn, and the next page is asked for in time. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowWindow } from './window.ts';

export interface LongListProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  /** Pixels; every row has it. */
  readonly rowHeight: number;
  readonly keyOf: (row: Row, index: number) => string;
  readonly children: (row: Row, index: number) => ComponentChildren;
  /** Called when the end is near. */
  readonly onNearEnd?: (() => void) | undefined;
  /** Rows of all pages, where known. */
  readonly total?: number | null;
}

const NEAR_END_ROWS = 30;

export function LongList<Row>(props: LongListProps<Row>) {
  const { label, rows, rowHeight, keyOf, children, onNearEnd, total = null } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const measure = () => {
    const { scrollTop: top = 0, clientHeight: height = 600 } = box.current ?? {};
    setView((last) => (last.top === top && last.height === height ? last : { top, height }));
  };
  useLayoutEffect(measure, [rows.length]);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const { from, to } = rowWindow(view.top, view.height, rowHeight, rows.length);
  useEffect(() => {
    if (to >= rows.length - NEAR_END_ROWS) onNearEnd?.();
  }, [to, rows.length, onNearEnd]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard
    <section class="long-list" ref={box} onScroll={measure} tabIndex={0} aria-label={label}>
      <ul style={{ height: `${rows.length * rowHeight}px` }}>
        {rows.slice(from, to).map((row, i) => (
          <li
            key={keyOf(row, from + i)}
            style={{ top: `${(from + i) * rowHeight}px`, height: `${rowHeight}px` }}
            aria-setsize={total ?? rows.length}
            aria-posinset={from + i + 1}
          >
            {children(row, from + i)}
          </li>
        ))}
      </ul>
    </section>
  );
}
