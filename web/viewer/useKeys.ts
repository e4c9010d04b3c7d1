import { useEffect, useRef } from 'preact/hooks';

/** What a key does while the component is shown, wherever the focus is; nothing where the handler is null. */
export type Keys = Readonly<Record<string, (() => void) | null>>;

export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      const typing =
        target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type !== 'checkbox');
      const act = latest.current[event.key];
      if (typing || !act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
