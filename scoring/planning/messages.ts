/** What arrives on the plan queue: events of the uploads bucket as S3 sends them, and messages of our own. */
import { z } from 'zod';
import { parseCommitKey } from '../../domain/keys.ts';
import {
  itemKeySchema,
  planMessageSchema,
  type Run,
  scoreMessageSchema,
  sha256Schema,
  slugSchema,
} from '../../domain/records.ts';

/** Where a planner whose listing was too long for one call goes on. */
export const continuationSchema = z.object({
  attempt: slugSchema,
  /** Items after this key are still to be listed. */
  after: itemKeySchema,
  items: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  shards: z.int().nonnegative(),
});
export type Continuation = z.infer<typeof continuationSchema>;

export const planRequestSchema = planMessageSchema.extend({ continuation: continuationSchema.nullish() });
export type PlanRequest = z.infer<typeof planRequestSchema>;

/** Compare a finished run with ground truth that came later. */
export const evaluateMessageSchema = z.object({
  kind: z.literal('evaluate'),
  project: slugSchema,
  run: slugSchema,
  truth: sha256Schema,
});
export type EvaluateMessage = z.infer<typeof evaluateMessageSchema>;

export const deleteMessageSchema = z.object({
  kind: z.literal('delete'),
  project: slugSchema,
  batch: slugSchema.nullish(),
  run: slugSchema.nullish(),
});
export type DeleteMessage = z.infer<typeof deleteMessageSchema>;

export type PlanWork = PlanRequest | EvaluateMessage | DeleteMessage;

const s3EventSchema = z.object({
  Records: z.array(z.object({ eventName: z.string(), s3: z.object({ object: z.object({ key: z.string() }) }) })),
});
const workSchema = z.discriminatedUnion('kind', [planRequestSchema, evaluateMessageSchema, deleteMessageSchema]);

/** S3 URL-encodes keys in events, with `+` for spaces. */
export function decodeEventKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

/**
 * The work that a message asks for. Nothing for the test event that S3 sends first, for events of other keys, and for
 * what nobody of ours sent: such a message would only come back for ever.
 */
export function parsePlanMessage(body: string): PlanWork[] {
  const value = parseJson(body);
  const event = s3EventSchema.safeParse(value);
  if (event.success) return event.data.Records.flatMap(({ eventName, s3 }) => commitOf(eventName, s3.object.key));
  const work = workSchema.safeParse(value);
  return work.success ? [work.data] : [];
}

function commitOf(eventName: string, encodedKey: string): PlanRequest[] {
  if (!/^(s3:)?ObjectCreated:/.test(eventName)) return [];
  const commit = parseCommitKey(tryDecode(encodedKey));
  const request = planRequestSchema.safeParse({ kind: 'plan', ...commit });
  return request.success && slugSchema.safeParse(request.data.commit).success ? [request.data] : [];
}

function tryDecode(key: string): string {
  try {
    return decodeEventKey(key);
  } catch {
    return key;
  }
}

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** `again`: somebody may have scored it already. */
export function scoreMessage(
  run: Pick<Run, 'project' | 'run' | 'items' | 'shards' | 'shardSize'>,
  shard: string,
  { again = false }: { readonly again?: boolean } = {},
): { body: string; group: string } {
  const { project, run: id } = run;
  const items = itemsOf(run, Number(shard));
  const repeats = again ? { again } : {};
  const message = scoreMessageSchema.parse({ kind: 'score', project, run: id, shard, ...repeats, items });
  return { body: JSON.stringify(message), group: project };
}

/** All shards but the last are full. */
function itemsOf({ items, shards, shardSize }: Pick<Run, 'items' | 'shards' | 'shardSize'>, shard: number): number {
  return shard < shards - 1 ? shardSize : Math.max(1, items - (shards - 1) * shardSize);
}

/** The same shard's, for whoever has begun it and does not end it. */
export function scoreAgain(body: string): string {
  const message = scoreMessageSchema.safeParse(parseJson(body));
  return message.success ? JSON.stringify({ ...message.data, again: true }) : body;
}

export function planMessage(request: PlanRequest): string {
  return JSON.stringify(planRequestSchema.parse(request));
}
