/** Fields of a recipe and what they are set to. */

/** `optimiser.learningRate` -> value. */
export type Overrides = Readonly<Record<string, unknown>>;

/** As `--set` has them: `optimiser.learningRate=0.001, epochs=3`. */
export function assignments(overrides: unknown): string {
  return Object.entries((overrides ?? {}) as Overrides)
    .map(([field, value]) => `${field}=${textOf(value)}`)
    .join(', ');
}

/** Those of them that a grid varies: what tells the runs of a sweep apart. All, where it varies none. */
export function variedBy(grid: unknown): string[] {
  const fields = Object.entries((grid ?? {}) as Readonly<Record<string, readonly unknown[]>>);
  const varied = fields.filter(([, values]) => values.length > 1);
  return (varied.length > 0 ? varied : fields).map(([field]) => field);
}

/** As `--grid` has them: `epochs=3, architecture.kernel=3,5`. */
export function gridText(grid: unknown): string {
  return Object.entries((grid ?? {}) as Readonly<Record<string, readonly unknown[]>>)
    .map(([field, values]) => assignments({ [field]: values.map(textOf).join(',') }))
    .join('; ');
}

/** Fields by their last names, where those differ: `kernel`, `learningRate`. */
export function shortNames(fields: readonly string[]): readonly string[] {
  const short = fields.map((field) => field.split('.').at(-1)!);
  return new Set(short).size === fields.length ? short : fields;
}

/** These fields of a setting by their short names: `kernel=3, learningRate=0.001`. */
export function shortAssignments(overrides: unknown, fields: readonly string[]): string {
  const names = shortNames(fields);
  return assignments(Object.fromEntries(fields.map((field, i) => [names[i]!, (overrides as Overrides)[field]])));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
