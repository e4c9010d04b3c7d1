import { expect, test } from 'vitest';
import { Signer } from '../../../storage/embedded/signing.ts';

let now = 1_800_000_000_000;
const signer = new Signer({ secret: 's3cret', baseUrl: 'http://127.0.0.1:8080/', now: () => now });
const request = { keyPrefix: 'default/batches/b/images/', minBytes: 1, maxBytes: 100, expiresInSeconds: 60 };
const key = `${request.keyPrefix}x.jpg`;
const refused = expect.objectContaining({ code: 'FORBIDDEN' });

test('a signed upload gives its limits back', () => {
  const policy = signer.signUpload('uploads', request);
  expect(policy.url).toBe('http://127.0.0.1:8080/storage/uploads');
  expect(signer.verifyUpload('uploads', { ...policy.fields, key })).toEqual({
    bucket: 'uploads',
    key,
    keyPrefix: request.keyPrefix,
    minBytes: 1,
    maxBytes: 100,
  });
});

test('an upload elsewhere, changed, forged or late is refused', () => {
  const { fields } = signer.signUpload('uploads', request);
  const verify = (bucket: string, changed: Record<string, string>) => () =>
    signer.verifyUpload(bucket, { ...fields, key, ...changed });
  expect(verify('results', {})).toThrow(refused);
  expect(verify('uploads', { key: 'default/batches/other/images/x.jpg' })).toThrow(refused);
  expect(verify('uploads', { key: request.keyPrefix })).toThrow(refused);
  expect(verify('uploads', { signature: '' })).toThrow(refused);
  const wider = JSON.parse(Buffer.from(fields.policy ?? '', 'base64url').toString());
  const policy = Buffer.from(JSON.stringify({ ...wider, keyPrefix: 'd' })).toString('base64url');
  expect(verify('uploads', { policy })).toThrow(refused);
  const other = new Signer({ secret: 'other', baseUrl: 'http://x' }).signUpload('uploads', request);
  expect(verify('uploads', { ...other.fields })).toThrow(refused);
  now += 60_001;
  expect(verify('uploads', {})).toThrow(refused);
});

test('a signed download gives its own object only, while it lasts', () => {
  const odd = 'default/a b/ü+%.json';
  const url = new URL(signer.signDownload('results', odd, 60));
  const path = url.pathname.split('/').slice(3).map(decodeURIComponent).join('/');
  const query = Object.fromEntries(url.searchParams);
  expect(path).toBe(odd);
  expect(signer.verifyDownload('results', path, query)).toEqual({ bucket: 'results', key: odd });
  expect(() => signer.verifyDownload('results', `${odd}x`, query)).toThrow(refused);
  expect(() => signer.verifyDownload('models', odd, query)).toThrow(refused);
  expect(() => signer.verifyDownload('results', odd, { ...query, expires: '9999999999999' })).toThrow(refused);
  now += 60_001;
  expect(() => signer.verifyDownload('results', odd, query)).toThrow(refused);
});

test('a policy of uploads is no signature for downloads', () => {
  const { fields } = signer.signUpload('uploads', request);
  const query = { expires: fields.policy ?? '', signature: fields.signature ?? '' };
  expect(() => signer.verifyDownload('uploads', '', query)).toThrow(refused);
});

test('without the URL of the API signing says what is missing', () => {
  expect(() => new Signer({ secret: 's' }).signDownload('results', 'x', 1)).toThrow(/baseUrl/);
});
