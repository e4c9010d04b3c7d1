/** A model's errors on a named set, as its card states them. */
import type { z } from 'zod';
import type { ModelCard, namedMetricsSchema } from '../../domain/modelCard.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { Sample } from '../data/sample.ts';
import { type CheckOptions, checkFaces, GIVEN } from './checkFaces.ts';
import { metricsOfFaces } from './figures.ts';

export type NamedMetrics = z.infer<typeof namedMetricsSchema>;

/** With given boxes, or on whole images where the card says so. Throws as `Predictor.predict`. */
export async function namedMetrics(
  predictor: Predictor,
  { layout, points, crop, flipTest }: ModelCard,
  set: string,
  samples: readonly Sample[],
  options: CheckOptions = {},
): Promise<NamedMetrics> {
  const placement = crop === 'whole' ? ({ rule: 'whole' } as const) : GIVEN;
  const { faces } = await checkFaces(predictor, { layout }, samples, placement, options);
  const { n, missed, maePx, nme } = metricsOfFaces(faces, layout, points);
  const note = [crop === 'whole' ? 'whole images' : 'given boxes', ...(flipTest ? ['mirror averaged'] : [])].join(', ');
  return { set, n, missed, maePx, nme: { ...nme }, note };
}
