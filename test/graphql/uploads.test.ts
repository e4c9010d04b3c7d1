import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { type RunningServer, startServer } from '../../graphql/nodeServer.ts';
import { type Embedded, openEmbedded } from '../../storage/embedded/index.ts';
import { ask, stack } from './stack.ts';

interface Policy {
  url: string;
  fields: { name: string; value: string }[];
  keyPrefix: string;
  key: string | null;
  minBytes: number;
  maxBytes: number;
}

let folder: string;
let storage: Embedded;
let server: RunningServer;
let now = Date.now();
let images: Policy;
let manifest: Policy;
let batch: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-uploads-'));
  storage = await openEmbedded({ folder, baseUrl: () => server.url, now: () => now });
  const { api } = await stack({ storage, settings: { minImageBytes: 2, maxImageBytes: 300_000 } });
  server = await startServer({ port: 0, api, storage: { stores: storage.stores, signer: storage.signer } });
  const policy = 'url keyPrefix key minBytes maxBytes fields { name value }';
  const { data } = await ask(
    { fetch: (_, init) => fetch(`${server.url}/graphql`, init) },
    `mutation { createBatch(input: {name: "b"}) { ... on CreateBatchPayload { batch { batch } images { ${policy} } manifest { ${policy} } } } }`,
  );
  ({ images, manifest } = data.createBatch);
  batch = data.createBatch.batch.batch;
});

afterAll(async () => {
  await server.close();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

async function post(
  policy: Policy,
  key: string,
  file: BlobPart,
  change: Record<string, string> = {},
): Promise<Response> {
  const form = new FormData();
  const fields = { ...Object.fromEntries(policy.fields.map(({ name, value }) => [name, value])), key, ...change };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([file]), 'whatever.jpg');
  return fetch(policy.url, { method: 'POST', body: form });
}

const stored = async (key: string) => (await storage.stores.uploads.get(key)).body;

describe('signed uploads', () => {
  test('bytes come back as they were sent, boundaries and all', async () => {
    const bytes = Buffer.concat([Buffer.from('\r\n--not the boundary\r\n\r\n--'), Buffer.alloc(200_000, '\r\n-')]);
    const answer = await post(images, `${images.keyPrefix}a/b.jpg`, bytes);
    expect(answer.status).toBe(204);
    expect((await stored(uploadKeys.image('default', batch, 'a/b.jpg'))).equals(bytes)).toBe(true);
  });

  test.each([
    ['dots', 'x/../../y.jpg'],
    ['control characters', 'tab\tbell\u0007.jpg'],
    ['quotes and percent signs', `"'%2e%00<img onerror=alert(1)>.jpg`],
    ['Unicode', 'ü-漢字-🙂-é-\u202Egpj.jpg'],
    ['a leading slash', '/etc/passwd'],
  ])('a name with %s is kept as it is, inside its prefix', async (_, name) => {
    const key = images.keyPrefix + name;
    expect((await post(images, key, 'image')).status).toBe(204);
    expect((await stored(key)).toString()).toBe('image');
    const { objects } = await storage.stores.uploads.list({ prefix: images.keyPrefix });
    expect(objects.map((one) => one.key)).toContain(key);
  });

  test('a key of 1,024 bytes is stored, one of 1,025 is refused by name', async () => {
    const longest = images.keyPrefix.padEnd(1024, 'k');
    expect((await post(images, longest, 'image')).status).toBe(204);
    const refused = await post(images, `${longest}k`, 'image');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('1025 bytes'),
    });
  });

  test.each([
    ['another batch', () => images.keyPrefix.replace(batch, 'someone-elses')],
    ['the batch itself', () => uploadKeys.batchInfo('default', batch)],
    ['the prefix alone', () => images.keyPrefix],
    ['a commit', () => 'commits/default/b/c.json'],
    ['nothing', () => ''],
  ])('a key in %s is refused', async (_, key) => {
    const answer = await post(images, key(), 'image');
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('forged policies and signatures are refused', async () => {
    const policy = JSON.parse(
      Buffer.from(images.fields.find(({ name }) => name === 'policy')!.value, 'base64url').toString(),
    );
    const wider = Buffer.from(JSON.stringify({ ...policy, keyPrefix: 'other/' })).toString('base64url');
    for (const change of [
      { policy: wider },
      { signature: 'AAAA' },
      { signature: '' },
      { policy: '' },
      { policy: 'e30' },
    ]) {
      expect((await post(images, `${images.keyPrefix}x.jpg`, 'image', change)).status).toBe(403);
    }
    expect(
      (await post({ ...images, url: images.url.replace('uploads', 'results') }, `${images.keyPrefix}x`, 'i')).status,
    ).toBe(403);
    expect(
      (await post({ ...images, url: images.url.replace('uploads', 'nowhere') }, `${images.keyPrefix}x`, 'i')).status,
    ).toBe(403);
    expect(await storage.stores.uploads.head(`${images.keyPrefix}x.jpg`)).toBeNull();
  });

  test('files outside the size range are refused, and nothing of them is stored', async () => {
    const key = `${images.keyPrefix}size.jpg`;
    expect((await post(images, key, 'x')).status).toBe(400);
    expect((await post(images, key, Buffer.alloc(300_001))).status).toBe(413);
    expect(await storage.stores.uploads.head(key)).toBeNull();
    expect((await post(images, key, Buffer.alloc(300_000))).status).toBe(204);
  });

  test('the manifest has its one key', async () => {
    expect((await post(manifest, manifest.key!, '{"key":"a.jpg"}\n')).status).toBe(204);
    expect(manifest.key).toBe(uploadKeys.manifest('default', batch));
    expect((await post(manifest, uploadKeys.batchInfo('default', batch), '{}')).status).toBe(403);
  });

  test('a policy ends when it says', async () => {
    now += 901_000;
    try {
      const answer = await post(images, `${images.keyPrefix}late.jpg`, 'image');
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('expired');
    } finally {
      now -= 901_000;
    }
  });

  test('a body without an end, without a boundary, with too many or too long fields is refused', async () => {
    const send = async (body: string, contentType = 'multipart/form-data; boundary=B') =>
      (await fetch(images.url, { method: 'POST', body, headers: { 'content-type': contentType } })).status;
    const field = (name: string, value: string) =>
      `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    expect(await send('', 'application/json')).toBe(400);
    expect(await send('nothing of a form')).toBe(400);
    expect(await send(field('key', 'k'))).toBe(400);
    expect(await send(`${field('key', 'k')}--B--\r\n`)).toBe(400);
    expect(await send(`${field('key', 'k'.repeat(20_000))}--B--\r\n`)).toBe(400);
    expect(await send(`${field('key', 'k').repeat(30)}--B--\r\n`)).toBe(400);
    expect(await send(`--B\r\nX-Long: ${'h'.repeat(10_000)}\r\n\r\n`)).toBe(400);
    expect(await send(`${field('__proto__', 'k')}${field('file', 'image').replace(/\r\n$/, '')}\r\n--B--`)).toBe(403);
  });

  test('a line break in a name stays one, where the client sends it as it is', async () => {
    const key = `${images.keyPrefix}two\nlines.jpg`;
    const fields = [...images.fields, { name: 'key', value: key }, { name: 'file', value: 'image' }];
    const parts = fields.map(
      ({ name, value }) => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const headers = { 'content-type': 'multipart/form-data; boundary="B"' };
    const answer = await fetch(images.url, { method: 'POST', body: `${parts.join('')}--B--\r\n`, headers });
    expect(answer.status).toBe(204);
    expect((await stored(key)).toString()).toBe('image');
  });

  test('an upload that breaks off leaves nothing', async () => {
    const key = `${images.keyPrefix}broken.jpg`;
    const { hostname, port, pathname } = new URL(images.url);
    const fields = [...images.fields, { name: 'key', value: key }];
    const head = fields.map(
      ({ name, value }) => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    await new Promise<void>((resolve) => {
      const outgoing = httpRequest({
        hostname,
        port,
        path: pathname,
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=B', 'content-length': 100_000 },
      });
      outgoing.on('error', () => resolve());
      outgoing.on('close', () => resolve());
      outgoing.write(
        `${head.join('')}--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf of it`,
        () => outgoing.destroy(),
      );
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await storage.stores.uploads.head(key)).toBeNull();
  });
});

test('names are listed by the API as they were uploaded, page by page', async () => {
  const { objects } = await storage.stores.uploads.list({ prefix: images.keyPrefix });
  const names: string[] = [];
  for (let after: string | null = null; ; ) {
    const { data, errors } = await ask(
      { fetch: (_, init) => fetch(`${server.url}/graphql`, init) },
      'query ($id: ID!, $after: String) { batch(id: $id) { images(first: 2, after: $after) { edges { node { key } } pageInfo { hasNextPage endCursor } } } }',
      { id: `Batch:default:${batch}`, after },
    );
    expect(errors).toBeUndefined();
    const page: { edges: { node: { key: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } =
      data.batch.images;
    names.push(...page.edges.map(({ node }) => node.key));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(names).toEqual(objects.map(({ key }) => key.slice(images.keyPrefix.length)));
  expect(names.length).toBeGreaterThan(6);
});

describe('signed downloads', () => {
  const name = 'folder/ü %2F?#&.png';
  const url = async () => {
    await storage.stores.uploads.put(images.keyPrefix + name, 'pixels');
    return storage.stores.uploads.signDownload(images.keyPrefix + name, 60);
  };

  test('give the object, as an image that can not act', async () => {
    const answer = await fetch(await url());
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('pixels');
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  });

  test('are refused when forged, moved to another key, or expired', async () => {
    const good = await url();
    expect((await fetch(good.replace('folder', 'folded'))).status).toBe(403);
    expect((await fetch(good.replace(/signature=.{4}/, 'signature=AAAA'))).status).toBe(403);
    expect((await fetch(good.replace(/expires=\d/, 'expires=9'))).status).toBe(403);
    expect((await fetch(good.split('?')[0]!)).status).toBe(403);
    now += 61_000;
    expect((await fetch(good)).status).toBe(403);
    now -= 61_000;
  });

  test('a page that was uploaded is given as a file, not shown', async () => {
    await storage.stores.uploads.put(`${images.keyPrefix}page.html`, '<script>', { contentType: 'text/html' });
    const answer = await fetch(await storage.stores.uploads.signDownload(`${images.keyPrefix}page.html`, 60));
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toBe('attachment');
  });
});
