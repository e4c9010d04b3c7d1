import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Puts the focus, after what follows has been drawn, on the first of these selectors that is in the box. */
export function useFocus(box: RefObject<HTMLElement | null>): (...selectors: string[]) => void {
  const next = useRef<readonly string[]>([]);
  useLayoutEffect(() => {
    const found = next.current.map((selector) => box.current?.querySelector<HTMLElement>(selector));
    next.current = [];
    found.find((one) => one)?.focus();
  });
  return (...selectors) => {
    next.current = selectors;
  };
}
