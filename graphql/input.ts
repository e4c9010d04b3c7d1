/** Inputs are parsed by the same schemas as everything else from outside. */
import type { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';

/** INVALID_INPUT, naming the field and what was expected of it. */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const place = [name, ...issue.path.map(String)].join('.');
  throw new FiducialError('INVALID_INPUT', `\`${place}\`: ${issue.message}`);
}
