import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { silent } from './silent.ts';
import { type Answer, type Stack, stack, TOKEN } from './stack.ts';

let api: Stack;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-hostile-'));
  const storage = await openEmbedded({ folder, baseUrl: 'http://api.test' });
  api = await stack({ storage, production: true, origins: ['https://ours.test'] });
  return async () => {
    await storage.close();
    await rm(folder, { recursive: true, force: true });
  };
});

afterEach(async () => {
  const { data } = await api.ask('{ viewer { id } }');
  expect(data, 'the API goes on answering').toEqual({ viewer: { id: 'local' } });
});

/** Refused as the client's own fault, without a word of what is inside. */
function refused({ status, data, errors }: Answer, what = /./): void {
  expect(status).toBeLessThan(500);
  expect(data ?? null).toBeNull();
  expect(errors?.length).toBeGreaterThan(0);
  expect(errors?.[0]?.message).toMatch(what);
  expect(errors?.[0]?.extensions?.code).not.toBe('INTERNAL');
  silent(errors);
}

const post = (body: string, headers: Record<string, string> = {}) =>
  api.api.fetch('http://api.test/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    body,
  });

/** What this process computed since: other work on the machine does not count. */
function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('queries that would cost more than they may', () => {
  test.each([15, 100, 10_000])('%i levels deep', async (depth) => {
    const query = `{ run(id: "Run:default:x") ${'{ retryOf '.repeat(depth)}{ id }${' }'.repeat(depth)} }`;
    refused(await api.ask(query));
  });

  test('10,000 levels of lists in an argument', async () => {
    refused(await api.ask(`{ node(id: ${'['.repeat(10_000)}1${']'.repeat(10_000)}) { id } }`));
  });

  test('ten thousand aliases', async () => {
    const query = `{ ${Array.from({ length: 10_000 }, (_, i) => `a${i}: viewer { id }`).join(' ')} }`;
    refused(await api.ask(query));
  });

  test('a hundred aliases', async () => {
    refused(await api.ask(`{ ${Array.from({ length: 100 }, (_, i) => `a${i}: viewer { id }`).join(' ')} }`), /alias/i);
  });

  test('a fragment bomb: 2^40 fields in 40 fragments', async () => {
    const bomb = Array.from(
      { length: 40 },
      (_, i) => `fragment F${i} on Run { x: retryOf { ...F${i + 1} } y: retryOf { ...F${i + 1} } }`,
    );
    const before = process.cpuUsage();
    refused(await api.ask(`{ run(id: "Run:default:x") { ...F0 } } ${bomb.join(' ')} fragment F40 on Run { id }`));
    expect(cpuMs(before)).toBeLessThan(2_000);
  });

  test('a wide fragment bomb, without depth', async () => {
    const bomb = Array.from({ length: 40 }, (_, i) => `fragment F${i} on Run { ...F${i + 1} ...F${i + 1} }`);
    const before = process.cpuUsage();
    const answer = await api.ask(`{ run(id: "Run:default:x") { ...F0 } } ${bomb.join(' ')} fragment F40 on Run { id }`);
    silent(answer);
    expect(answer.status).toBeLessThan(500);
    expect(cpuMs(before)).toBeLessThan(2_000);
  });

  test.each([
    ['itself', 'fragment A on Run { ...A }'],
    ['each other', 'fragment A on Run { retryOf { ...B } } fragment B on Run { retryOf { ...A } }'],
  ])('fragments that contain %s', async (_, fragments) => {
    refused(await api.ask(`{ run(id: "Run:default:x") { ...A } } ${fragments}`));
  });

  test('a thousand directives', async () => {
    refused(await api.ask(`{ viewer { id ${'@include(if: true) '.repeat(1_000)} } }`));
  });

  test('pages within pages, their lengths in variables', async () => {
    const query = `query ($n: Int) { runs(first: $n) { edges { node { predictions(first: $n) { edges { node { key faces { maePx } } } } } } } }`;
    refused(await api.ask(query, { n: 200 }), /shorter pages/);
    expect((await api.ask(query, { n: 20 })).errors).toBeUndefined();
  });

  test.each([0, -1, 201, 2_147_483_647])('a page of %i', async (first) => {
    refused(await api.ask(`{ runs(first: ${first}) { edges { cursor } } }`));
  });

  test('a long text of little meaning, which would only fill the cache of queries', async () => {
    refused(await api.ask(`{ viewer { id } } #${'x'.repeat(100_000)}`), /64000 characters/);
  });

  test('a body of 10 MB', async () => {
    const answer = await post(JSON.stringify({ query: `{ viewer { id } } #${'x'.repeat(10e6)}` }));
    expect(answer.status).toBe(413);
    silent(await answer.text());
  });

  test('a body of 10 MB that says it has 10 bytes fewer, and none that says nothing', async () => {
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(500_000).fill(32));
        controller.close();
      },
    });
    const answer = await api.api.fetch('http://api.test/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
  });

  test('many operations in one body', async () => {
    const one = { query: '{ viewer { id } }' };
    const answer = await post(JSON.stringify(Array.from({ length: 50 }, () => one)));
    expect(answer.status).toBe(400);
    silent(await answer.text());
  });
});

describe('what is not asked properly', () => {
  test.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a number', '7'],
    ['no query', '{}'],
    ['a query that is an object', '{"query":{"a":1}}'],
    ['variables that are text', '{"query":"{ viewer { id } }","variables":"x"}'],
    ['a prototype', '{"query":"{ viewer { id } }","__proto__":{"x":1},"variables":{"__proto__":{"x":1}}}'],
    ['syntax', '{"query":"{ viewer { id "}'],
    ['NUL', '{"query":"{ viewer { \\u0000 } }"}'],
  ])('%s', async (_, body) => {
    const answer = await post(body);
    expect(answer.status).toBeLessThan(500);
    silent(await answer.text());
  });

  test('introspection is off', async () => {
    refused(await api.ask('{ __schema { types { name } } }'), /introspection/i);
    refused(await api.ask('{ __type(name: "Run") { name } }'), /introspection/i);
  });

  test('a wrong name gets no suggestion of a right one', async () => {
    const { errors } = await api.ask('{ viewr { id } }');
    expect(errors?.[0]?.message).toMatch(/viewr/);
    expect(errors?.[0]?.message).not.toMatch(/Did you mean|viewer/);
  });

  test('mutations by GET', async () => {
    const query = encodeURIComponent('mutation { createBatch(input: {}) { __typename } }');
    const answer = await api.api.fetch(`http://api.test/graphql?query=${query}`, {
      headers: { authorization: `Bearer ${TOKEN}`, 'x-fiducial-csrf': '1' },
    });
    expect(answer.status).toBe(405);
  });

  test('a form of another site: a request that no browser asks leave for', async () => {
    const query = encodeURIComponent('{ viewer { id } }');
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await api.api.fetch(`http://api.test/graphql?query=${query}`, { headers })).status).toBe(403);
    expect((await post(JSON.stringify({ query: '{ viewer { id } }' }), { 'content-type': 'text/plain' })).status).toBe(
      403,
    );
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(`query=${query}`, form)).status).toBe(403);
  });

  test('pages of other sites are told that they may not read', async () => {
    const preflight = async (origin: string) => {
      const answer = await api.api.fetch('http://api.test/graphql', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
      return answer.headers.get('access-control-allow-origin');
    };
    expect(await preflight('https://ours.test')).toBe('https://ours.test');
    expect(await preflight('https://evil.test')).not.toMatch(/evil|\*/);
  });

  test('every answer has the headers that browsers heed', async () => {
    const answers = [
      await post('{"query":"{ viewer { id } }"}'),
      await post('{'),
      await post('{}', { authorization: '' }),
    ];
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('strict-transport-security')).toBeTruthy();
    }
  });
});

describe('forged ids and cursors', () => {
  const ids = [
    '',
    'Run',
    'Run:',
    ':',
    'Run:default',
    'Run:default:',
    'Run:default:a:b',
    'Run:default:../x',
    'Run:default:a/b',
    'Run:default:%2e%2e',
    'Run:default:\u0000',
    'Run:commits:x',
    'Run:shared:x',
    'Run:_tokens:x',
    'Run:DEFAULT:x',
    'constructor:default:x',
    '__proto__:default:x',
    'PageInfo:default:x',
    `Run:default:${'x'.repeat(10_000)}`,
    'UnVuOmRlZmF1bHQ6eA==',
  ];

  test.each(ids)('id %j', async (id) => {
    for (const query of ['query ($id: ID!) { run(id: $id) { id } }', 'query ($id: ID!) { node(id: $id) { id } }']) {
      const answer = await api.ask(query, { id });
      expect(['INVALID_INPUT', 'FORBIDDEN']).toContain(answer.errors?.[0]?.extensions?.code);
      silent(answer);
    }
  });

  const b64 = (text: string) => Buffer.from(text).toString('base64url');
  const cursors = [
    '',
    'x',
    b64('run:'),
    b64('run:../../x'),
    b64('prediction:000000.0'),
    b64('run:9999999999999-../x'),
    '%%%',
    'a'.repeat(5_000),
  ];

  test.each(cursors)('cursor %j', async (after) => {
    for (const field of ['runs', 'batches', 'models', 'trainings', 'sweeps', 'apiTokens']) {
      const answer = await api.ask(`query ($after: String) { ${field}(after: $after) { edges { cursor } } }`, {
        after,
      });
      silent(answer);
      if (answer.errors) expect(answer.errors[0]?.extensions?.code).toBe('INVALID_INPUT');
      // An empty cursor is no cursor: the first page.
      else expect(after).toBe('');
    }
  });
});
