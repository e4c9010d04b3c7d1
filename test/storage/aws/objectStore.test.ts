/** What S3 does when things go wrong, played by a server of our own: LocalStack never does. */
import { Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { PART_BYTES } from '../../../storage/aws/multipart.ts';
import { S3ObjectStore } from '../../../storage/aws/objectStore.ts';
import { type Answer, cut, FAST, faultyEndpoint, ok, type SeenRequest, silence, xmlError } from './faultyEndpoint.ts';

const ifAbsent = { condition: { ifAbsent: true } } as const;

async function storeWith(answers: readonly Answer[], timeouts = {}) {
  const { clients, seen } = await faultyEndpoint(answers, timeouts);
  return { store: new S3ObjectStore('bucket', clients.s3, { retries: FAST }), seen };
}

/** HEAD of an object that the write seen first has made, as its lost answer would have said. */
function headOf(nonce: (seen: readonly SeenRequest[]) => string, seen: () => readonly SeenRequest[]): Answer {
  return (_, response) => {
    response.writeHead(200, { etag: '"mine"', 'content-length': '1', 'x-amz-meta-nonce': nonce(seen()) }).end();
  };
}
const firstNonce = (seen: readonly SeenRequest[]) => String(seen[0]?.headers['x-amz-meta-nonce']);

test('409 and 503 are tried again until the write is done', async () => {
  const { store, seen } = await storeWith([
    xmlError(409, 'ConditionalRequestConflict'),
    xmlError(503, 'SlowDown'),
    xmlError(500, 'InternalError'),
    ok(),
  ]);
  expect((await store.put('k', 'x', ifAbsent)).etag).toBe('"e"');
  expect(seen).toHaveLength(4);
  expect(seen.every((request) => request.headers['if-none-match'] === '*')).toBe(true);
});

test('a 412 after a lost answer is our own success where the nonce is ours', async () => {
  let requests: readonly SeenRequest[] = [];
  const { store, seen } = await storeWith([
    cut,
    xmlError(412, 'PreconditionFailed'),
    headOf(firstNonce, () => requests),
  ]);
  requests = seen;
  expect((await store.put('k', 'x', ifAbsent)).etag).toBe('"mine"');
  expect(seen.map((request) => request.method)).toEqual(['PUT', 'PUT', 'HEAD']);
});

test('a 412 after a lost answer is another’s success where the nonce is not ours', async () => {
  const { store } = await storeWith([
    cut,
    xmlError(412, 'PreconditionFailed'),
    headOf(
      () => 'theirs',
      () => [],
    ),
  ]);
  await expect(store.put('k', 'x', ifAbsent)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
});

test('a 412 at once is believed, without another request', async () => {
  const { store, seen } = await storeWith([xmlError(412, 'PreconditionFailed')]);
  await expect(store.put('k', 'x', ifAbsent)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  expect(seen).toHaveLength(1);
});

test('an answer that does not come is a time-out, which is tried again', async () => {
  const { store, seen } = await storeWith([silence, silence, ok()], { requestTimeoutMs: 1000 });
  await store.put('k', 'x');
  expect(seen.length).toBeGreaterThanOrEqual(3);
});

test('a service that stays away is UNAVAILABLE, one that keeps throttling is THROTTLED', async () => {
  const away = await storeWith([cut]);
  await expect(away.store.get('k')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  expect(away.seen).toHaveLength(FAST.attempts);
  const busy = await storeWith([xmlError(503, 'SlowDown')]);
  await expect(busy.store.head('k')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(busy.store.get('k')).rejects.toMatchObject({ code: 'THROTTLED', retryable: true });
});

test.each([
  ['by its status', xmlError(507, 'InsufficientStorage')],
  ['in the words of its file system', xmlError(500, 'InternalError', '[Errno 28] No space left on device')],
])('a store without room that says so %s is STORAGE_FULL, and may have some later', async (_, full) => {
  const { store, seen } = await storeWith([full]);
  const message = expect.stringContaining('make room in it and try again');
  await expect(store.put('k', 'x')).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true, message });
  expect(seen).toHaveLength(FAST.attempts);
  const soon = await storeWith([full, ok()]);
  await soon.store.put('k', 'x');
});

test('what trying again can’t help is said at once', async () => {
  const cases: [Answer, string][] = [
    [xmlError(403, 'AccessDenied'), 'FORBIDDEN'],
    [xmlError(403, 'InvalidAccessKeyId'), 'UNAUTHENTICATED'],
    [xmlError(404, 'NoSuchBucket'), 'INVALID_CONFIG'],
    [xmlError(404, 'NoSuchKey'), 'NOT_FOUND'],
    [xmlError(416, 'InvalidRange'), 'INVALID_INPUT'],
  ];
  for (const [answer, code] of cases) {
    const { store, seen } = await storeWith([answer]);
    await expect(store.get('k')).rejects.toMatchObject({ code, retryable: false });
    expect(seen).toHaveLength(1);
  }
});

test('a call that is told to stop while it waits stops', async () => {
  const { store, seen } = await storeWith([silence]);
  const stop = new AbortController();
  const getting = store.get('k', { signal: stop.signal });
  await Promise.race([vi.waitUntil(() => seen.length === 1, { timeout: 60_000, interval: 5 }), getting]);
  stop.abort();
  await expect(getting).rejects.toMatchObject({ code: 'ABORTED' });
});

test('bytes that do not match their checksum are asked for again, then refused', async () => {
  const { store, seen } = await storeWith([ok({ etag: '"e"', 'x-amz-checksum-crc32': 'AAAAAA==' }, 'damaged')]);
  await expect(store.get('k')).rejects.toMatchObject({ code: 'CORRUPT_STORE' });
  expect(seen).toHaveLength(FAST.attempts);
  expect(seen[0]?.headers['x-amz-checksum-mode']).toBe('ENABLED');
});

test('writes carry a checksum', async () => {
  const { store, seen } = await storeWith([ok()]);
  await store.put('k', 'hello');
  expect(seen[0]?.headers['x-amz-checksum-crc32']).toBe('NhCmhg==');
});

test('a stream that breaks goes on where it was, in the same version', async () => {
  const half: Answer = (_, response) => {
    response.writeHead(200, { etag: '"v1"', 'content-length': '10' });
    response.write('01234', () => response.destroy());
  };
  const rest: Answer = (_, response) => {
    response.writeHead(206, { etag: '"v1"', 'content-length': '5', 'content-range': 'bytes 5-9/10' }).end('56789');
  };
  const { store, seen } = await storeWith([half, rest]);
  const { body, bytes } = await store.getStream('k');
  expect(Buffer.concat(await body.toArray()).toString()).toBe('0123456789');
  expect(bytes).toBe(10);
  expect(seen[1]?.headers).toMatchObject({ range: 'bytes=5-', 'if-match': '"v1"' });
});

test('a body cut in the middle is one failed attempt of a get', async () => {
  const half: Answer = (_, response) => {
    response.writeHead(200, { etag: '"v1"', 'content-length': '10' });
    response.write('01234', () => response.destroy());
  };
  const { store } = await storeWith([half, ok({ etag: '"v1"', 'content-length': '10' }, '0123456789')]);
  expect((await store.get('k')).body.toString()).toBe('0123456789');
});

test('parts are tried again on their own, and a completion that was lost is found by its nonce', async () => {
  const created: Answer = (_, response) => {
    response
      .writeHead(200)
      .end('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>');
  };
  let nonce = '';
  let completions = 0;
  let parts = 0;
  const answer: Answer = (request, response) => {
    if (request.method === 'POST' && request.url.includes('uploads')) {
      nonce = String(request.headers['x-amz-meta-nonce']);
      return created(request, response);
    }
    if (request.method === 'PUT')
      return parts++ === 0 ? cut(request, response) : ok({ etag: `"p${parts}"` })(request, response);
    if (request.method === 'HEAD') {
      return void response.writeHead(200, { etag: '"whole-2"', 'x-amz-meta-nonce': nonce }).end();
    }
    if (completions++ === 0) return cut(request, response);
    return xmlError(404, 'NoSuchUpload')(request, response);
  };
  const { store } = await storeWith([answer]);
  const put = await store.putStream('k', Readable.from([Buffer.alloc(PART_BYTES), Buffer.from('x')]), ifAbsent);
  expect(put).toMatchObject({ etag: '"whole-2"', bytes: PART_BYTES + 1 });
  expect(parts).toBe(3);
});

test('an upload that can’t be done is aborted', async () => {
  const answer: Answer = (request, response) => {
    if (request.method === 'POST') {
      return void response.writeHead(200).end('<I><UploadId>u</UploadId></I>');
    }
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    return xmlError(403, 'AccessDenied')(request, response);
  };
  const { store, seen } = await storeWith([answer]);
  const put = store.putStream('k', Readable.from([Buffer.alloc(PART_BYTES), Buffer.from('x')]));
  await expect(put).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(seen.at(-1)).toMatchObject({ method: 'DELETE' });
});

test('keys in a listing are asked for URL-encoded, and decoded', async () => {
  const body = `<ListBucketResult><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>
    <Contents><Key>a+b%2B%0D</Key><ETag>"e"</ETag><Size>3</Size></Contents>
    <CommonPrefixes><Prefix>z%C3%BC/</Prefix></CommonPrefixes></ListBucketResult>`;
  const { store, seen } = await storeWith([ok({}, body)]);
  const page = await store.list({ prefix: '', delimiter: '/' });
  expect(page.objects[0]?.key).toBe('a b+\r');
  expect(page.prefixes).toEqual(['zü/']);
  expect(page.next).toBe('zü/\u{10FFFF}');
  expect(seen[0]?.url).toContain('encoding-type=url');
});
