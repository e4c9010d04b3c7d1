/** What the API itself writes: batches, and the first calls of idempotency keys. */
import { z } from 'zod';
import { isoDateSchema, sha256Schema, slugSchema } from '../domain/records.ts';

/** `<project>/batches/<batch>/batch.json` */
export const batchSchema = z.object({
  batch: slugSchema,
  project: slugSchema,
  /** For people. */
  name: z.string().max(200),
  createdBy: z.string(),
  createdAt: isoDateSchema,
});
export type Batch = z.infer<typeof batchSchema>;

/** `<project>/idempotency/<hash>.json`: the call that came first with this key. Replays use its time and hash. */
export const firstCallSchema = z.object({
  operation: z.string(),
  /** sha256 of the arguments. */
  arguments: sha256Schema,
  at: isoDateSchema,
});

/** `<project>/api-tokens/<sha256 of the token>.json` */
export const apiTokenSchema = z.object({
  /** The first twelve digits of the hash: names it, and does not give it away. */
  token: slugSchema,
  project: slugSchema,
  name: z.string().max(200),
  scopes: z.array(z.enum(['read', 'write', 'admin'])).min(1),
  createdBy: z.string(),
  createdAt: isoDateSchema,
  expiresAt: isoDateSchema,
  revokedAt: isoDateSchema.nullable(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;
