/** `split.json` of a training run: which image was on which side. */
import { z } from 'zod';
import { sha256Schema } from './records.ts';

export const PARTS = ['train', 'val', 'test'] as const;
export type Part = (typeof PARTS)[number];

/** A record an image and group. `score --split RUN:test` finds an image by its digest. */
export const splitRecordSchema = z.array(
  z.object({
    /** sha256 of the image's bytes. */
    image: sha256Schema,
    key: z.string(),
    group: z.string(),
    part: z.enum(PARTS),
  }),
);
export type SplitRecord = z.infer<typeof splitRecordSchema>;

/** Images that had a say in the weights: those it was fitted on, and those that chose among its epochs. */
export function imagesSeen(split: SplitRecord): Set<string> {
  return new Set(split.filter(({ part }) => part !== 'test').map(({ image }) => image));
}
