import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The element that takes the focus when `when` becomes true: what had it may be gone. `atOnce`: also where it is true from the start. */
export function useFocusWhen<E extends HTMLElement>(when: boolean, { atOnce = false } = {}): RefObject<E | null> {
  const element = useRef<E>(null);
  const before = useRef(atOnce ? false : when);
  useEffect(() => {
    if (when && !before.current) element.current?.focus();
    before.current = when;
  }, [when]);
  return element;
}
