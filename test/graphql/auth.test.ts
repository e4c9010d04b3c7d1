import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { apiTokens } from '../../graphql/auth/apiTokens.ts';
import { embedded } from '../storage/folders.ts';
import { byName, WHOLE } from './callers.ts';
import { ask, stack } from './stack.ts';

describe('without a token', () => {
  test.each([
    ['none', null],
    ['an empty one', ''],
    ['another one', 'not-the-token'],
    ['a very long one', 'x'.repeat(9_000)],
  ])('nothing is answered: %s', async (_, token) => {
    const { ask: query } = await stack();
    const { status, data, errors } = await query(WHOLE, {}, token);
    expect(status).toBe(401);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a token that is right is told so', async () => {
    const { get } = await stack();
    expect(await get(WHOLE)).toEqual({ viewer: { id: 'local', scopes: ['READ', 'WRITE', 'ADMIN'], projects: null } });
  });
});

describe('API tokens', () => {
  const MAKE = `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    ... on CreateApiTokenPayload { secret token { id name expiresAt } } ... on OperationError { code } } }`;

  async function withTokens() {
    const storage = await embedded({ baseUrl: 'http://api.test' });
    let now = new Date('2026-06-01T00:00:00Z');
    const tokens = apiTokens({ results: storage.stores.results, now: () => now, cacheMs: 0 });
    const s = await stack({ storage, authenticators: [tokens, byName], now: () => now });
    return { ...s, storage, setNow: (iso: string) => (now = new Date(iso)) };
  }

  test('do what their scopes say, in their project, until they end or are revoked', async () => {
    const { ask: query, storage, setNow } = await withTokens();
    const make = await query(MAKE, { input: { name: 'ci', scopes: ['READ'], days: 2 } }, 'admin');
    const { secret, token } = make.data.createApiToken;
    expect((await query(WHOLE, {}, secret)).data.viewer).toMatchObject({ scopes: ['READ'], projects: ['default'] });
    expect(
      (await query('mutation { createBatch(input: {}) { __typename } }', {}, secret)).errors?.[0]?.extensions.code,
    ).toBe('FORBIDDEN');
    expect(
      (await query('{ runs(project: "elsewhere") { edges { cursor } } }', {}, secret)).errors?.[0]?.extensions.code,
    ).toBe('FORBIDDEN');
    const { objects } = await storage.stores.results.list({ prefix: 'default/api-tokens/' });
    expect(objects.map(({ key }) => key)).toEqual([
      `default/api-tokens/${createHash('sha256').update(secret).digest('hex')}.json`,
    ]);
    const { body } = await storage.stores.results.get(objects[0]!.key);
    expect(body.toString()).not.toContain(secret.split('.')[2]);
    const moved = secret.replace('.default.', '.elsewhere.');
    expect((await query(WHOLE, {}, moved)).status).toBe(401);
    const short = await query(MAKE, { input: { name: 'short', scopes: ['READ'], days: 1 } }, 'admin');
    setNow('2026-06-02T00:00:01Z');
    expect((await query(WHOLE, {}, short.data.createApiToken.secret)).status).toBe(401);
    expect((await query(WHOLE, {}, secret)).status).toBe(200);
    const revoked = await query(`mutation { revokeApiToken(id: "${token.id}") { __typename } }`, {}, 'admin');
    expect(revoked.data.revokeApiToken.__typename).toBe('ApiTokenPayload');
    expect((await query(WHOLE, {}, secret)).status).toBe(401);
    const { data } = await query('{ apiTokens { edges { node { name revokedAt } } } }', {}, 'admin');
    const nodes = data.apiTokens.edges.map(({ node }: { node: object }) => node);
    expect(nodes).toContainEqual({ name: 'ci', revokedAt: '2026-06-02T00:00:01.000Z' });
    expect(nodes).toContainEqual({ name: 'short', revokedAt: null });
  });

  test('can not be made for longer than a year, or without a scope', async () => {
    const { ask: query } = await withTokens();
    for (const input of [{ days: 367 }, { days: 0 }, { scopes: [] }]) {
      const { data } = await query(MAKE, { input: { name: 'x', scopes: ['READ'], ...input } }, 'admin');
      expect(data.createApiToken).toEqual({ code: 'INVALID_INPUT' });
    }
  });
});

test('a caller who asks too often is told to wait, others are not', async () => {
  const { api } = await stack({ authenticators: [byName], rateLimit: { callsPerSecond: 0.001, burst: 2 } });
  const call = (token: string) => ask(api, '{ __typename }', {}, token);
  expect([(await call('read')).status, (await call('read')).status]).toEqual([200, 200]);
  const third = await call('read');
  expect(third.status).toBe(429);
  expect(third.errors?.[0]?.extensions).toMatchObject({ code: 'THROTTLED', retryable: true });
  expect((await call('write')).status).toBe(200);
});
