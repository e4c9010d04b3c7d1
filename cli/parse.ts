/** Parsers of option values. What they throw becomes a usage error. */
import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`Expected a whole number, got ${JSON.stringify(text)}.`);
}

/** How many, at least one. */
export function count(text: string): number {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError(`Expected at least 1, got ${JSON.stringify(text)}.`);
}

export function port(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError(`Expected a port from 0 to 65535, got ${JSON.stringify(text)}.`);
}

export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError(`Expected a number from 0 to 1, got ${JSON.stringify(text)}.`);
}

/** Parts between commas. */
export function list(text: string): string[] {
  return text.split(',').filter((one) => one !== '');
}

/** Of a distribution: 100 keeps all of it. */
export function percentile(text: string): number {
  const value = Number(text);
  if (value > 50 && value <= 100) return value;
  throw new InvalidArgumentError(`Expected a percentile above 50 and at most 100, got ${JSON.stringify(text)}.`);
}
