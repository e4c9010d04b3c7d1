/** Numbers and times as people read them. What is not known is a dash. */
const NOTHING = '–';

export function count(value: number | null | undefined): string {
  return value == null ? NOTHING : value.toLocaleString('en-GB');
}

/** `1 image`, `24 images`. */
export function things(value: number | null | undefined, one: string): string {
  return `${count(value)} ${value === 1 ? one : `${one}s`}`;
}

export function pixels(value: number | null | undefined): string {
  return value == null ? NOTHING : `${value.toFixed(2)} px`;
}

/** `+0.31`, `−0.19`: a difference, to two places. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return Number(text) === 0 ? text : `${value > 0 ? '+' : '−'}${text}`;
}

/** Of a fraction: 0.0512 is 5.12 %. */
export function percent(value: number | null | undefined, digits = 2): string {
  return value == null ? NOTHING : `${(value * 100).toFixed(digits)} %`;
}

export function significant(value: number | null | undefined): string {
  if (value == null) return NOTHING;
  return Math.abs(value) >= 1e-3 || value === 0 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const power = Math.min(3, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** power).toPrecision(3)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}

export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return NOTHING;
  if (seconds < 1) return 'under 1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function moment(iso: string | null | undefined): string {
  if (!iso) return NOTHING;
  return new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

export function interOcular(nme: readonly { readonly normaliser: string; readonly value: number }[]): number | null {
  return nme.find(({ normaliser }) => normaliser === 'interOcular')?.value ?? null;
}
