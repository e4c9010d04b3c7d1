/** Schemas of what scoring alone writes and reads: summaries of shards, the order index, markers. */
import { z } from 'zod';
import { metricsSchema, outcomesSchema, summarySchema } from '../domain/metrics/index.ts';
import { isoDateSchema, itemErrorSchema, itemKeySchema, slugSchema } from '../domain/records.ts';

const shardSchema = z.string().regex(/^\d{6}$/);

/** A failed item of a shard, with the place of its line in the shard's predictions. */
export const failureSchema = z.object({
  line: z.int().nonnegative(),
  key: itemKeySchema,
  code: itemErrorSchema.shape.code,
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
});
export type Failure = z.infer<typeof failureSchema>;

/** A face of the ground truth and its error. `face` and the errors are null where it was missed. */
export const orderItemSchema = z.object({
  line: z.int().nonnegative(),
  truth: z.int().nonnegative(),
  face: z.int().nonnegative().nullable(),
  key: itemKeySchema,
  maePx: z.number().nullable(),
  /** By the inter-ocular distance; null where missed or where the truth has no eyes. */
  nme: z.number().nullable(),
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
});

/** `summaries/<shard>.<scored>.<failed>.<CODE-n>...json`: see `resultKeys.summary`. */
export const shardSummarySchema = z.object({
  shard: shardSchema,
  outcomes: outcomesSchema,
  failures: z.array(failureSchema),
  /**
   * Beside the truth that the run began with. Absent where it began with none, and where an earlier release settled the
   * shard: its evaluation is an object of its own then (shardEvaluations.ts).
   */
  evaluation: z.object({ truth: z.string(), summary: summarySchema, order: z.array(orderItemSchema) }).optional(),
});
export type ShardSummary = z.infer<typeof shardSummarySchema>;

/** `finishing.json` */
export const finishingSchema = z.object({ shard: shardSchema });

/** A line of `failures/<code>/<page>.jsonl`. */
export const failureEntrySchema = failureSchema.extend({ shard: shardSchema });
export type FailureEntry = z.infer<typeof failureEntrySchema>;

/** `evaluations/<truth>/summaries/<shard>.json`: beside a truth that came later. */
export const shardEvaluationSchema = z.object({
  shard: shardSchema,
  summary: summarySchema,
  order: z.array(orderItemSchema),
});
export type ShardEvaluation = z.infer<typeof shardEvaluationSchema>;

/**
 * `evaluations/<truth>/shards.json`: the name of each shard's summary, below `summaries/`, in plan order. Names tell
 * counts, so that whoever wants the evaluations of some shards would have to list them.
 */
export const evaluationShardsSchema = z.object({ summaries: z.array(z.string()) });

/** A line of `evaluations/<truth>/order/<page>.jsonl`, worst first. */
export const orderEntrySchema = orderItemSchema.extend({ shard: shardSchema });
export type OrderEntry = z.infer<typeof orderEntrySchema>;

/** `evaluations/<truth>/metrics.json`. `ordered` is how many faces the order index holds: the worst ones. */
export const runMetricsSchema = z.object({
  run: slugSchema,
  truth: z.string(),
  ordered: z.int().nonnegative(),
  metrics: metricsSchema,
});
export type RunMetrics = z.infer<typeof runMetricsSchema>;

/** Of an index entry, and of the marker of an open run: enough to plan it again. */
export const openRunSchema = z.object({
  run: slugSchema,
  project: slugSchema,
  batch: slugSchema,
  /** The commit's id, the last segment of its key. */
  commit: slugSchema,
  committedAt: isoDateSchema,
});
export type OpenRun = z.infer<typeof openRunSchema>;

/** `plans/<attempt>/names/<first>.json` */
export const planNamesSchema = z.object({
  first: z.int().nonnegative(),
  /** Whether the plan is in UTF-8 order of keys, as listings are and manifests need not be. */
  sorted: z.boolean(),
  firstKeys: z.array(itemKeySchema),
});
export type PlanNames = z.infer<typeof planNamesSchema>;

/** A tombstone. It stays; `index` names the entries that go with the run. */
export const tombstoneSchema = z.object({
  deletedAt: isoDateSchema,
  batch: slugSchema.nullable(),
  model: slugSchema.nullable(),
  committedAt: isoDateSchema.nullable(),
});
export type Tombstone = z.infer<typeof tombstoneSchema>;
