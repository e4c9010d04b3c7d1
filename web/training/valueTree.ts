/** Values within values, by path: `optimiser.learningRate`, `augmentation.2.degrees`. Nothing is changed in place. */
import { isRecord } from './jsonSchema.ts';

/** Undefined where there is nothing. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => inside(at, name), value);
}

/** Undefined takes the entry away. */
export function withValueAt(value: unknown, path: string, part: unknown): unknown {
  return replaced(value, path.split('.'), part);
}

function replaced(value: unknown, [head, ...rest]: readonly string[], part: unknown): unknown {
  if (head === undefined) return part;
  const next = replaced(inside(value, head), rest, part);
  if (Array.isArray(value)) return value.map((one, i) => (String(i) === head ? next : one));
  if (!isRecord(value)) return value;
  if (next !== undefined) return { ...value, [head]: next };
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== head));
}

function inside(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/**
 * What makes `before` into `now`, as `--set` takes it: the single fields that differ; all of a part that has other
 * fields than before, or of a list that has more steps or fewer, since `--set` sets only what is there.
 */
export function differences(before: unknown, now: unknown, path = ''): Record<string, unknown> {
  if (JSON.stringify(before) === JSON.stringify(now)) return {};
  const names = namesOf(now);
  if (names === null || names.join() !== namesOf(before)?.join()) return { [path]: now };
  return Object.assign(
    {},
    ...names.map((name) => differences(inside(before, name), inside(now, name), path ? `${path}.${name}` : name)),
  );
}

/** Null where it has no fields of its own to set: a list of plain values is one value. */
function namesOf(value: unknown): string[] | null {
  if (isRecord(value)) return Object.keys(value).sort();
  return Array.isArray(value) && value.length > 0 && value.every(isRecord) ? Object.keys(value) : null;
}
