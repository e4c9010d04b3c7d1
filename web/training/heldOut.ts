/** What the held-out errors of training runs are called. */
import type { HeldOut } from '../../training/figures/specs/index.ts';

interface HasHeldOut {
  readonly heldOut: 'VAL' | 'TEST' | null;
}

/** Null where no run has begun, or where they differ. */
export function heldOutOf(runs: readonly HasHeldOut[]): HeldOut | null {
  const [one, ...others] = new Set(runs.flatMap(({ heldOut }) => heldOut ?? []));
  if (one === undefined || others.length > 0) return null;
  return one === 'VAL' ? 'val' : 'test';
}

/** `Val`, `Test`, `Held-out`: the first word of a label. */
export function heldOutWord(part: HeldOut | null): string {
  return part === null ? 'Held-out' : { val: 'Val', test: 'Test' }[part];
}
