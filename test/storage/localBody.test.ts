import { expect, test } from 'vitest';
import { readLocalBody } from '../../storage/localBody.ts';
import { embedded } from './folders.ts';

const MIB = 1024 * 1024;

test('a body is read where it lies, whole and checked, without the store', async () => {
  const { stores } = await embedded();
  for (const bytes of [0, 1, MIB - 1, MIB, 3 * MIB + 5]) {
    const body = Buffer.alloc(bytes, `of ${bytes} bytes`);
    await stores.uploads.put('x', body);
    const local = (await stores.uploads.locate?.('x'))!;
    expect(local).toMatchObject({ bytes, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    // It goes to another process as JSON.
    expect(readLocalBody(JSON.parse(JSON.stringify(local))).equals(body)).toBe(true);
  }
});

test('what is not there, or has changed, is refused as a read would be', async () => {
  const { stores } = await embedded();
  const { uploads } = stores;
  await expect(uploads.locate?.('x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const { etag } = await uploads.put('x', 'first');
  await uploads.put('x', 'second');
  await expect(uploads.locate?.('x', { ifMatch: etag })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  const stopped = AbortSignal.abort();
  await expect(uploads.locate?.('x', { signal: stopped })).rejects.toMatchObject({ code: 'ABORTED' });
});

test('a store whose bodies may be rows locates none', async () => {
  const { stores } = await embedded();
  expect(stores.uploads.locate).toBeDefined();
  expect(stores.results.locate).toBeUndefined();
  expect(stores.models.locate).toBeUndefined();
});
