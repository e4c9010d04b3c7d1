import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Authenticator } from '../../graphql/auth/authenticate.ts';
import { localToken } from '../../graphql/auth/localToken.ts';
import { createClient, RunProgress } from '../../graphql/client/index.ts';
import { startServer } from '../../graphql/nodeServer.ts';
import { RequestCounter } from '../../storage/counting.ts';
import { interceptStores } from '../../storage/intercept.ts';
import { embedded } from '../storage/folders.ts';
import { fill, type StackOptions, stack, TOKEN } from './stack.ts';

async function served(options: StackOptions & { staticFolder?: string } = {}) {
  const { staticFolder, ...rest } = options;
  const s = await stack(rest);
  const server = await startServer({ port: 0, api: s.api, staticFolder: staticFolder ?? null });
  onTestFinished(() => server.close());
  return { ...s, server, url: server.url };
}

/** fetch would tidy the path. */
function rawGet(url: string, path: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

async function dashboard(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-static-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'dist/assets'), { recursive: true });
  await writeFile(join(folder, 'secret.html'), 'secret');
  await writeFile(join(folder, 'dist/index.html'), '<!doctype html><title>Fiducial</title>');
  await writeFile(join(folder, 'dist/assets/main-ABCDEFGH.js'), `console.log('${'x'.repeat(5_000)}')`);
  await writeFile(join(folder, 'dist/notes.txt'), 'not of a kind that is served');
  return join(folder, 'dist');
}

describe('the dashboard', () => {
  test('is served under a policy without inline script or style', async () => {
    const { url } = await served({ staticFolder: await dashboard() });
    for (const path of ['/', '/index.html', '/runs/Run:default:x', '/batches']) {
      const answer = await fetch(url + path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('Fiducial');
      const policy = answer.headers.get('content-security-policy')!;
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    }
  });

  test('compresses its script, which is kept for good', async () => {
    const { url } = await served({ staticFolder: await dashboard() });
    const answer = await fetch(`${url}/assets/main-ABCDEFGH.js`);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(await answer.text()).toContain('xxxx');
    const plain = await fetch(`${url}/assets/main-ABCDEFGH.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  test.each([
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/assets/../../secret.html',
    '/notes.txt',
    '/%00.html',
    '/%E0%A4%A.html',
    '/nothing.js',
  ])('gives nothing else: %s', async (path) => {
    const { url } = await served({ staticFolder: await dashboard() });
    expect([400, 404]).toContain(await rawGet(url, path));
  });

  test('is not needed', async () => {
    const { url } = await served();
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe('a subscription', () => {
  const SHORT = { pollMs: 20 };

  async function running(options: StackOptions = {}) {
    const counter = new RequestCounter();
    const storage = await embedded({ baseUrl: 'http://api.test' });
    const stores = interceptStores(storage.stores, counter.interceptor);
    const s = await served({ storage: { stores, queues: storage.queues }, settings: SHORT, ...options });
    const { createBatch } = await s.get(
      'mutation { createBatch(input: {}) { ... on CreateBatchPayload { batch { id batch } } } }',
    );
    await fill(s, createBatch.batch.batch, 1);
    const { commitBatch } = await s.get(
      'mutation ($b: ID!) { commitBatch(input: {batch: $b, model: "fake"}) { ... on RunPayload { run { id } } } }',
      { b: createBatch.batch.id },
    );
    return { ...s, counter, run: commitBatch.run.id as string };
  }

  test('asks storage nothing more once its client has gone', async () => {
    const { url, run, counter } = await running();
    const stop = new AbortController();
    const events = createClient({ url, token: TOKEN }).subscribe(RunProgress, { run }, { signal: stop.signal });
    await events.next();
    counter.reset();
    while (counter.calls.length < 5) await sleep(5);
    stop.abort();
    await events.next().catch(() => {});
    let quiet = 0;
    for (let before = -1; quiet < 10; before = counter.calls.length) {
      quiet = counter.calls.length === before ? quiet + 1 : 0;
      await sleep(20);
    }
    expect(counter.calls.length).toBeLessThan(200);
  });

  test('ends when its token does', async () => {
    let expiresAt = new Date(Date.now() + 60_000);
    const local = localToken(TOKEN);
    const limited: Authenticator = async (token) => {
      const caller = await local(token);
      return caller && Object.defineProperty({ ...caller }, 'expiresAt', { get: () => expiresAt, enumerable: true });
    };
    const { url, run } = await running({ authenticators: [limited] });
    const events = createClient({ url, token: TOKEN }).subscribe(RunProgress, { run });
    await events.next();
    expiresAt = new Date(0);
    await expect(events.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('is one of fifty at most, and makes place when it ends', async () => {
    const { url, run } = await running();
    const stop = new AbortController();
    const open = () => createClient({ url, token: TOKEN }).subscribe(RunProgress, { run }, { signal: stop.signal });
    const first = Array.from({ length: 50 }, open);
    await Promise.all(first.map((events) => events.next()));
    const { subscribe } = createClient({ url, token: TOKEN });
    await expect(subscribe(RunProgress, { run }).next()).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    stop.abort();
    const later = new AbortController();
    onTestFinished(() => later.abort());
    for (let answered = false; !answered; await sleep(10)) {
      answered = await subscribe(RunProgress, { run }, { signal: later.signal })
        .next()
        .then(
          () => true,
          () => false,
        );
    }
  });

  test('does not keep the server from closing', async () => {
    const { url, run, server } = await running();
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const events = createClient({ url, token: TOKEN }).subscribe(RunProgress, { run }, { signal: stop.signal });
    await events.next();
    // The run is never done, so that whoever waited for the subscription's end would wait for ever.
    await server.close();
    expect(stop.signal.aborted).toBe(false);
  });

  test('to what is not there, or of another type, is refused', async () => {
    const { url } = await running();
    const { subscribe } = createClient({ url, token: TOKEN });
    await expect(subscribe(RunProgress, { run: 'Run:default:none' }).next()).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(subscribe(RunProgress, { run: 'Batch:default:none' }).next()).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

test('a port that is taken is said in one sentence', async () => {
  const { server, api } = await served();
  await expect(startServer({ port: server.port, api })).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringContaining('EADDRINUSE'),
  });
});
