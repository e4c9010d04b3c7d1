/** Signed uploads and downloads of the embedded store: what S3 itself does on AWS. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FiducialError } from '../../domain/errors.ts';
import type { ObjectStore, Stores } from '../../storage/ports.ts';
import { readUploadForm } from './multipart.ts';

/** The embedded storage's signer fits. Each throws FORBIDDEN. */
export interface StorageVerifier {
  verifyUpload(
    bucket: string,
    fields: Readonly<Record<string, string>>,
  ): { readonly key: string; readonly minBytes: number; readonly maxBytes: number };
  verifyDownload(bucket: string, key: string, query: Readonly<Record<string, string>>): { readonly key: string };
}

export interface SignedStorage {
  readonly stores: Stores;
  readonly signer: StorageVerifier;
}

/** POST /storage/<bucket>: streamed into the store; nothing is there until the last byte has been checked. */
export async function takeUpload(
  { stores, signer }: SignedStorage,
  bucket: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: AsyncIterator<Buffer> = request[Symbol.asyncIterator]();
  try {
    const store = storeOf(stores, bucket);
    const form = await readUploadForm(chunks, request.headers['content-type']);
    const { key, minBytes, maxBytes } = signer.verifyUpload(bucket, form.fields);
    const contentType = form.fields['Content-Type'];
    const body = Readable.from(withinRange(form.file, minBytes, maxBytes), { objectMode: false });
    const info = await store.putStream(key, body, contentType ? { contentType } : {});
    response.writeHead(204, { etag: info.etag }).end();
  } catch (error) {
    await passOver(chunks);
    throw error;
  }
}

/** A client that is still sending would not see the answer: so much of the rest is read first. */
const PASSED_OVER_BYTES = 16e6;

async function passOver(chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    for (let bytes = 0; bytes < PASSED_OVER_BYTES; ) {
      const { done, value } = await chunks.next();
      if (done) return;
      bytes += value.length;
    }
  } catch {
    // The client is gone: there is nobody to answer.
  }
}

/** The end of the stream is its proof: one that is too short or too long ends with an error, and is not stored. */
async function* withinRange(file: AsyncIterable<Buffer>, minBytes: number, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new FiducialError('LIMIT_EXCEEDED', `Expected a file of at most ${maxBytes} bytes, got more`);
    yield chunk;
  }
  if (bytes < minBytes) {
    throw new FiducialError('INVALID_INPUT', `Expected a file of at least ${minBytes} bytes, got ${bytes}`);
  }
}

/** GET /storage/<bucket>/<key>?expires=...&signature=... */
export async function giveDownload(
  { stores, signer }: SignedStorage,
  bucket: string,
  key: string,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const store = storeOf(stores, bucket);
  signer.verifyDownload(bucket, key, Object.fromEntries(query));
  const { body, bytes, etag, contentType } = await store.getStream(key);
  response.writeHead(200, { ...downloadHeaders(contentType ?? typeByName(key)), 'content-length': bytes, etag });
  await pipeline(body, response);
}

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  bmp: 'image/bmp',
  svg: 'image/svg+xml',
  csv: 'text/csv',
  json: 'application/json',
  jsonl: 'application/jsonl',
};

function typeByName(key: string): string {
  return TYPES[/\.([a-z]+)$/i.exec(key)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

/** What users upload is shown as an image or not at all: it is never a page of this origin. */
function downloadHeaders(contentType: string): Record<string, string> {
  const image = /^image\/[a-z0-9.+-]+$/.test(contentType);
  return {
    'content-type': image ? contentType : 'application/octet-stream',
    'content-disposition': image ? 'inline' : 'attachment',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'cross-origin-resource-policy': 'same-site',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, max-age=600',
  };
}

function storeOf(stores: Stores, bucket: string): ObjectStore {
  const store = Object.values(stores).find((one: ObjectStore) => one.bucket === bucket);
  if (store) return store;
  throw new FiducialError('FORBIDDEN', 'The signed request is refused: it is for no bucket of this store');
}
