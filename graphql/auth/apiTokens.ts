/**
 * Tokens for machines: `fid.<project>.<secret>`. Only their hash is kept, in the project they are for, with their
 * scopes and when they end.
 */
import { createHash, randomBytes } from 'node:crypto';
import { FiducialError } from '../../domain/errors.ts';
import { apiKeys } from '../../domain/keys.ts';
import { slugSchema } from '../../domain/records.ts';
import { createJson, listAll, readJson } from '../../scoring/objects.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { type ApiToken, apiTokenSchema } from '../records.ts';
import { type Authenticator, unauthenticated } from './authenticate.ts';
import type { Scope } from './caller.ts';

const FORM = /^fid\.([a-z0-9][a-z0-9._-]{0,62})\.([A-Za-z0-9_-]{43})$/;
const SHORT = 12;

export interface ApiTokenOptions {
  readonly results: ObjectStore;
  readonly now?: () => Date;
  /** So long a revoked token may still be believed. Default: 30 seconds. */
  readonly cacheMs?: number;
}

export function apiTokens({ results, now = () => new Date(), cacheMs = 30_000 }: ApiTokenOptions): Authenticator {
  const cache = new TokenCache(cacheMs, now);
  return async (token) => {
    const project = FORM.exec(token)?.[1];
    if (!project || !slugSchema.safeParse(project).success) return null;
    const key = apiKeys.token(project, hashOf(token));
    const record = await cache.get(key, () => readJson(results, key, apiTokenSchema));
    if (!record || record.project !== project) throw unauthenticated('a token that is known here, got another');
    const expiresAt = new Date(record.expiresAt);
    if (record.revokedAt !== null || expiresAt <= now())
      throw unauthenticated('a token that has not expired, got one that has');
    return { id: `token:${record.token}`, scopes: new Set(record.scopes), projects: new Set([project]), expiresAt };
  };
}

const KEPT = 1_000;

class TokenCache {
  readonly #ms: number;
  readonly #now: () => Date;
  readonly #known = new Map<string, { record: ApiToken | null; until: number }>();

  constructor(ms: number, now: () => Date) {
    this.#ms = ms;
    this.#now = now;
  }

  /** What is not there is not remembered: a flood of wrong tokens would drive out the right ones. */
  async get(key: string, read: () => Promise<ApiToken | null>): Promise<ApiToken | null> {
    const known = this.#known.get(key);
    if (known && known.until > this.#now().getTime()) return known.record;
    const record = await read();
    this.#known.delete(key);
    if (!record) return null;
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, { record, until: this.#now().getTime() + this.#ms });
    return record;
  }
}

export interface TokenRequest {
  readonly project: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date;
  readonly createdBy: string;
  readonly at: Date;
}

/** The token itself is given once and kept nowhere. */
export async function createApiToken(
  results: ObjectStore,
  { at, expiresAt, scopes, ...request }: TokenRequest,
): Promise<{ readonly secret: string; readonly record: ApiToken }> {
  const secret = `fid.${request.project}.${randomBytes(32).toString('base64url')}`;
  const hash = hashOf(secret);
  const record = apiTokenSchema.parse({
    ...request,
    token: hash.slice(0, SHORT),
    scopes,
    createdAt: at.toISOString(),
    expiresAt: expiresAt.toISOString(),
    revokedAt: null,
  });
  await createJson(results, apiKeys.token(request.project, hash), record);
  return { secret, record };
}

/** One LIST, and a GET a token. */
export async function listApiTokens(results: ObjectStore, project: string, first: number, after: string | null) {
  const prefix = apiKeys.tokens(project);
  const from = after === null ? {} : { after: `${prefix}${after}\u{10FFFF}` };
  const { objects } = await results.list({ prefix, limit: first + 1, ...from });
  const records = await Promise.all(objects.slice(0, first).map(({ key }) => readJson(results, key, apiTokenSchema)));
  return { records: records.filter((record) => record !== null), hasNextPage: objects.length > first };
}

/** By the first digits of its hash. Repeating it is harmless. NOT_FOUND. */
export async function revokeApiToken(
  results: ObjectStore,
  project: string,
  token: string,
  at: Date,
): Promise<ApiToken> {
  const known = /^[0-9a-f]{12}$/.test(token) ? listAll(results, `${apiKeys.tokens(project)}${token}`) : [];
  for await (const { key } of known) {
    const record = await readJson(results, key, apiTokenSchema);
    if (!record) continue;
    const revoked = { ...record, revokedAt: record.revokedAt ?? at.toISOString() };
    await results.put(key, JSON.stringify(revoked), { contentType: 'application/json' });
    return revoked;
  }
  throw new FiducialError('NOT_FOUND', `Expected an API token of project ${project}, got "${token}"`);
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
