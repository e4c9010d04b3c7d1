/** What bench/score.ts and the processes that share its work say to each other. */
import { z } from 'zod';

export const PROGRAMS = ['decode', 'inference', 'both'] as const;
export type Program = (typeof PROGRAMS)[number];

export const jobSchema = z.object({
  /** Folder of the model's package. */
  package: z.string(),
  /** Folder of the image files. */
  images: z.string(),
  count: z.int(),
  part: z.int(),
  of: z.int(),
  /** Crops a batch. */
  batch: z.int(),
});
export type Job = z.infer<typeof jobSchema>;
