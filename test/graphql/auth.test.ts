import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type GraphQLEnumType,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { apiTokens } from '../../graphql/auth/apiTokens.ts';
import type { Authenticator } from '../../graphql/auth/authenticate.ts';
import type { Caller, Scope } from '../../graphql/auth/caller.ts';
import { oidc } from '../../graphql/auth/oidc.ts';
import { schema } from '../../graphql/schema/index.ts';
import { embedded } from '../storage/folders.ts';
import { ask, stack } from './stack.ts';

const WHOLE = '{ viewer { id scopes projects } }';

/** The token is a list of scopes, `@`, a project. */
const byName: Authenticator = async (token) => {
  const [scopes = '', project = 'default'] = token.split('@');
  const caller: Caller = {
    id: token,
    scopes: new Set(scopes.split('+').filter((one) => one !== 'none') as Scope[]),
    projects: new Set([project]),
    expiresAt: null,
  };
  return caller;
};

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

/** Of a place that takes an id, below an argument: the names of its input fields. */
type Place = readonly string[];

/** A literal that fits the type, optional fields left out but for the one at `place`, which is `chosen`. */
function literal(type: GraphQLInputType, place: Place | null = null, chosen = ''): string {
  if (isNonNullType(type)) return literal(type.ofType, place, chosen);
  if (isListType(type)) return `[${literal(type.ofType, place, chosen)}]`;
  if (isEnumType(type)) return (type as GraphQLEnumType).getValues()[0]!.name;
  if (isInputObjectType(type)) return `{${fieldsOf(Object.values(type.getFields()), place, chosen)}}`;
  if (place?.length === 0) return chosen;
  return (
    { Int: '1', Float: '1', Boolean: 'true', JSON: '{}', ID: '"Run:default:r1"' }[getNamedType(type).name] ?? '"text"'
  );
}

function fieldsOf(
  fields: readonly { readonly name: string; readonly type: GraphQLInputType }[],
  place: Place | null,
  chosen: string,
): string {
  return fields
    .filter(({ name, type }) => isNonNullType(type) || place?.[0] === name)
    .map(({ name, type }) => `${name}: ${literal(type, place?.[0] === name ? place.slice(1) : null, chosen)}`)
    .join(', ');
}

/** Every place in these arguments that takes an id, needed or not, however deep. */
function idPlaces(fields: readonly { readonly name: string; readonly type: GraphQLInputType }[]): Place[] {
  return fields.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    if (isInputObjectType(named)) return idPlaces(Object.values(named.getFields())).map((place) => [name, ...place]);
    return named.name === 'ID' ? [[name]] : [];
  });
}

/** Every field of Query, Mutation and Subscription, with the scope that it names. */
const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!].flatMap(
  (type: GraphQLObjectType) =>
    Object.values(type.getFields()).map((field) => {
      const callWith = (place: Place | null, chosen = '') => {
        const args = fieldsOf(field.args, place, chosen);
        return `${type.name.toLowerCase()} { ${field.name}${args ? `(${args})` : ''} { __typename } }`;
      };
      const name = `${type.name}.${field.name}`;
      const scope = field.extensions.scope as Scope;
      return { name, scope, call: callWith(null), callWith, ids: idPlaces(field.args) };
    }),
);

describe('scopes', () => {
  test('every entrance names one', () => {
    expect(roots.length).toBeGreaterThan(30);
    expect(roots.filter(({ scope }) => !['read', 'write', 'admin'].includes(scope))).toEqual([]);
    expect(roots.filter(({ name, scope }) => name.startsWith('Mutation.') && scope === 'read')).toEqual([]);
    expect(roots.filter(({ name, scope }) => /delete|ApiToken/i.test(name) && scope !== 'admin')).toEqual([]);
  });

  test('no entrance is open to a caller who lacks its scope', async () => {
    const { api } = await stack({ authenticators: [byName] });
    const below = { read: 'none', write: 'read', admin: 'read+write' };
    for (const { name, scope, call } of roots) {
      const { data, errors } = await ask(api, call, {}, below[scope]);
      expect.soft(errors?.[0]?.extensions, name).toMatchObject({ code: 'FORBIDDEN' });
      expect
        .soft(
          Object.values(data ?? {}).filter((value) => value !== null),
          name,
        )
        .toEqual([]);
    }
  });

  test('every entrance lets a caller with its scope at least as far as its arguments', async () => {
    const { api } = await stack({ authenticators: [byName] });
    for (const { name, scope, call } of roots.filter((root) => !root.name.startsWith('Subscription'))) {
      const { errors } = await ask(api, call, {}, scope);
      expect.soft(errors?.[0]?.extensions?.code, name).not.toBe('FORBIDDEN');
    }
  });
});

describe('projects', () => {
  test('an id of another project is refused in every argument and input field that takes one', async () => {
    const { api } = await stack({ authenticators: [byName] });
    const types = ['Batch', 'Run', 'Prediction', 'Model', 'ModelVersion', 'TrainingRun', 'Sweep', 'ApiToken'];
    const places = roots.flatMap(({ name, callWith, ids }) =>
      ids.map((place) => ({ name: `${name}(${place.join('.')})`, callWith, place })),
    );
    expect(places.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Query.runs(batch)', 'Query.runs(model)', 'Mutation.rerun(input.run)']),
    );
    for (const { name, callWith, place } of places) {
      const codes = new Set<string | undefined>();
      for (const type of types) {
        const rest = { Prediction: 'r:000000:0', ModelVersion: 'm:v1' }[type] ?? 'x';
        const call = callWith(place, JSON.stringify(`${type}:default:${rest}`));
        const { data, errors } = await ask(api, call, {}, 'admin@elsewhere');
        codes.add(errors?.[0]?.extensions?.code ?? data?.[Object.keys(data)[0]!]?.__typename);
      }
      expect.soft(codes, name).toContain('FORBIDDEN');
      expect
        .soft(
          [...codes].filter((code) => code !== 'FORBIDDEN' && code !== 'INVALID_INPUT' && code !== 'OperationError'),
          name,
        )
        .toEqual([]);
    }
  });

  test('only entrances take ids, so that the walk above sees them all', () => {
    const entrances = new Set(['Query', 'Mutation', 'Subscription']);
    const others = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !entrances.has(type.name)
        ? Object.values(type.getFields()).flatMap(({ name, args }) => idPlaces(args).map(() => `${type.name}.${name}`))
        : [],
    );
    expect(others).toEqual([]);
  });

  test('a project by name is refused as well, whether or not it exists', async () => {
    const { api } = await stack({ authenticators: [byName] });
    for (const field of ['runs', 'batches', 'models', 'trainings', 'sweeps', 'apiTokens']) {
      for (const project of ['default', 'nowhere', 'shared', 'commits', '../elsewhere', 'elsewhere/', '']) {
        const { errors } = await ask(
          api,
          `{ ${field}(project: ${JSON.stringify(project)}) { edges { cursor } } }`,
          {},
          'admin@elsewhere',
        );
        expect.soft(errors?.[0]?.extensions?.code, `${field} ${project}`).toBe('FORBIDDEN');
      }
    }
  });

  test('models of another project can be neither seen, nor committed with, nor promoted', async () => {
    const { api } = await stack({ authenticators: [byName] });
    const query = async (text: string) => ask(api, text, {}, 'admin@default');
    const { data } = await query('{ models { edges { node { owner name } } } model(reference: "theirs") { id } }');
    expect(data.models.edges.map(({ node }: { node: { name: string } }) => node.name)).toEqual([
      'fake',
      'other',
      'own',
    ]);
    expect(data.model).toBeNull();
    const created = await query('mutation { createBatch(input: {}) { ... on CreateBatchPayload { batch { id } } } }');
    const batch = created.data.createBatch.batch.id;
    const commit = await query(
      `mutation { commitBatch(input: {batch: "${batch}", model: "theirs"}) { ... on OperationError { code } } }`,
    );
    expect(commit.data.commitBatch).toEqual({ code: 'UNKNOWN_MODEL' });
    const promote = await query(
      'mutation { promoteModel(input: {version: "ModelVersion:elsewhere:theirs:v1"}) { __typename } }',
    );
    expect(promote.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const shared = await query(
      'mutation { promoteModel(input: {version: "ModelVersion:shared:fake:v1"}) { __typename } }',
    );
    expect(shared.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    expect((await query('{ node(id: "Model:shared:fake") { id } }')).data.node.id).toBe('Model:shared:fake');
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

describe('JWTs of an OpenID Connect issuer', () => {
  const issuer = 'https://issuer.test/';
  const audience = 'fiducial';
  let key: CryptoKey;
  let publicJwk: JWK;
  let jwksUri: string;

  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    key = pair.privateKey;
    publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    const server = createServer((_, response) => response.end(JSON.stringify({ keys: [publicJwk] })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    return () => void server.close();
  });

  const sign = (claims: object = {}, change: (jwt: SignJWT) => SignJWT = (jwt) => jwt) =>
    change(
      new SignJWT({ projects: ['default'], scope: 'openid fiducial/write', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('ann')
        .setIssuedAt()
        .setExpirationTime('5 minutes'),
    ).sign(key);

  const signWithout = (claim: string) => {
    const claims: Record<string, unknown> = { iss: issuer, aud: audience, sub: 'ann', exp: Date.now() / 1000 + 60 };
    delete claims[claim];
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
  };

  const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  async function forge(header: object, claims: object = {}): Promise<string> {
    const payload = {
      iss: issuer,
      aud: audience,
      sub: 'eve',
      exp: Date.now() / 1000 + 300,
      projects: ['default'],
      scope: 'admin',
      ...claims,
    };
    const signed = `${b64(header)}.${b64(payload)}`;
    const { createHmac, createPublicKey } = await import('node:crypto');
    const pem = createPublicKey({ key: publicJwk as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
  }

  async function withIssuer() {
    return stack({ authenticators: [oidc({ issuer, audience, jwksUri })] });
  }

  test('are who they say, with their scopes and projects', async () => {
    const { ask: query } = await withIssuer();
    const { data } = await query(WHOLE, {}, await sign());
    expect(data.viewer).toEqual({ id: 'user:ann', scopes: ['READ', 'WRITE'], projects: ['default'] });
  });

  test('without scopes or projects may do nothing', async () => {
    const { ask: query } = await withIssuer();
    expect((await query(WHOLE, {}, await sign({ scope: '' }))).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const none = await query('{ runs { edges { cursor } } }', {}, await sign({ projects: undefined }));
    expect(none.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test.each<[string, () => Promise<string>]>([
    ['expired', () => sign({}, (jwt) => jwt.setExpirationTime(Math.floor(Date.now() / 1000) - 60))],
    ['not valid yet', () => sign({}, (jwt) => jwt.setNotBefore(Math.floor(Date.now() / 1000) + 120))],
    ['for another audience', () => sign({}, (jwt) => jwt.setAudience('someone-else'))],
    ['of another issuer', () => sign({}, (jwt) => jwt.setIssuer('https://evil.test/'))],
    ['without a subject', () => signWithout('sub')],
    ['without an end', () => signWithout('exp')],
    ['signed with `none`', async () => (await forge({ alg: 'none' })).replace(/[^.]*$/, '')],
    ['signed with `none`, and a signature', () => forge({ alg: 'None', kid: 'one' })],
    ['signed with the public key as an HMAC secret', () => forge({ alg: 'HS256', kid: 'one' })],
    ['with a key of its own in the header', () => forge({ alg: 'RS256', jwk: publicJwk })],
    [
      'with its payload changed',
      async () => {
        const [header, payload, signature] = (await sign()).split('.');
        const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
        return `${header}.${b64({ ...claims, scope: 'admin' })}.${signature}`;
      },
    ],
    [
      'signed with another key of that name',
      async () => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        return new SignJWT({ scope: 'admin', projects: ['default'] })
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .setIssuer(issuer)
          .setAudience(audience)
          .setSubject('eve')
          .setExpirationTime('5 minutes')
          .sign(privateKey);
      },
    ],
  ])('%s: refused', async (_, token) => {
    const { ask: query, logged } = await withIssuer();
    const { status, data, errors } = await query(WHOLE, {}, await token());
    expect(status).toBe(401);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(JSON.stringify(errors)).not.toMatch(/jose|JWK|stack|node_modules/);
    expect(logged).toEqual([]);
  });

  test('an expiry within the clock skew is let pass', async () => {
    const { ask: query } = await withIssuer();
    const token = await sign({}, (jwt) => jwt.setExpirationTime(Math.floor(Date.now() / 1000) - 5));
    expect((await query(WHOLE, {}, token)).status).toBe(200);
  });

  test('keys that can not be fetched are an outage, not a bad token', async () => {
    const { ask: query, logged } = await stack({
      authenticators: [oidc({ issuer, audience, jwksUri: 'http://127.0.0.1:1/' })],
    });
    const { errors } = await query(WHOLE, {}, await sign());
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(logged[0]?.reference).toBe(errors?.[0]?.extensions.reference);
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
