/** Counts of a shard's outcomes; with them alone a run can be finished. */
import { z } from 'zod';
import type { Prediction } from '../records.ts';

export const outcomesSchema = z.object({
  scored: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  faces: z.int().nonnegative(),
  errors: z.record(z.string(), z.int().positive()),
});
export type Outcomes = z.infer<typeof outcomesSchema>;

export const NO_OUTCOMES: Outcomes = { scored: 0, failed: 0, faces: 0, errors: {} };

export function countOutcomes(predictions: Iterable<Prediction>): Outcomes {
  let total = NO_OUTCOMES;
  for (const { outcome, error, faces } of predictions) {
    total = mergeOutcomes(total, {
      scored: outcome === 'scored' ? 1 : 0,
      failed: outcome === 'failed' ? 1 : 0,
      faces: faces.length,
      errors: error ? { [error.code]: 1 } : {},
    });
  }
  return total;
}

export function mergeOutcomes(a: Outcomes, b: Outcomes): Outcomes {
  const errors: Record<string, number> = {};
  for (const code of [...new Set([...Object.keys(a.errors), ...Object.keys(b.errors)])].sort()) {
    errors[code] = (a.errors[code] ?? 0) + (b.errors[code] ?? 0);
  }
  return { scored: a.scored + b.scored, failed: a.failed + b.failed, faces: a.faces + b.faces, errors };
}
