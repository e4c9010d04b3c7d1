import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { FiducialError } from '../../domain/errors.ts';
import type { PutOptions } from '../ports.ts';
import { type RetryPolicy, withRetries } from './attempts.ts';
import { conditionHeaders, NONCE } from './conditions.ts';

/** S3 allows 10,000 parts: 160 GB in all. */
export const PART_BYTES = 16 * 1024 * 1024;
/** Parts in flight: what a large upload holds in memory beside the one that fills. */
const PARTS_IN_FLIGHT = 3;

interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
  readonly ChecksumCRC32?: string;
}

export interface MultipartTarget {
  readonly s3: S3Client;
  readonly retries: RetryPolicy;
  readonly bucket: string;
  readonly key: string;
  readonly nonce: string;
  readonly options: PutOptions;
  readonly expectedBytes?: number | undefined;
}

/**
 * Cuts a stream into parts of PART_BYTES; the last may be smaller. Own rather than lib-storage, so that each part is
 * tried again on its own and the condition of the write reaches the step that makes the object.
 */
export async function* partsOf(body: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let held = 0;
  for await (const chunk of body) {
    let rest = Buffer.from(chunk as Uint8Array);
    while (held + rest.length >= PART_BYTES) {
      const taken = rest.subarray(0, PART_BYTES - held);
      yield Buffer.concat([...pieces, taken]);
      rest = rest.subarray(taken.length);
      pieces = [];
      held = 0;
    }
    pieces.push(rest);
    held += rest.length;
  }
  if (held > 0) yield Buffer.concat(pieces);
}

/**
 * Sends the parts and makes the object of them. An upload that fails is aborted, so that its parts cost nothing.
 * `finish` is called with the request that makes the object, to try it by the rules of conditional writes.
 */
export async function uploadParts(
  target: MultipartTarget,
  parts: AsyncIterable<Buffer>,
  finish: (send: () => Promise<string>) => Promise<string>,
): Promise<{ etag: string; bytes: number }> {
  const { s3, bucket, key, retries, options } = target;
  const created = await withRetries(`POST ${bucket}/${key}`, retries, options.signal, () =>
    s3.send(
      new CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        ContentType: options.contentType,
        Metadata: { [NONCE]: target.nonce },
        ChecksumAlgorithm: 'CRC32',
      }),
      sendOptions(options.signal),
    ),
  );
  const upload = created.UploadId ?? '';
  try {
    const { done, bytes } = await sendParts(target, upload, parts);
    const { expectedBytes } = target;
    if (expectedBytes !== undefined && bytes !== expectedBytes) {
      throw new FiducialError('INVALID_INPUT', `Expected a body of ${expectedBytes} bytes, got ${bytes}`);
    }
    return { etag: await finish(() => complete(target, upload, done)), bytes };
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: upload })).catch(() => {});
    throw error;
  }
}

async function sendParts(
  target: MultipartTarget,
  upload: string,
  parts: AsyncIterable<Buffer>,
): Promise<{ done: Part[]; bytes: number }> {
  const done: Part[] = [];
  const flying = new Set<Promise<void>>();
  let bytes = 0;
  let number = 0;
  try {
    for await (const body of parts) {
      number++;
      bytes += body.length;
      const part = sendPart(target, upload, number, body).then((sent) => {
        done.push(sent);
        flying.delete(part);
      });
      flying.add(part);
      if (flying.size >= PARTS_IN_FLIGHT) await Promise.race(flying);
    }
    await Promise.all(flying);
  } finally {
    await Promise.allSettled(flying);
  }
  return { done: done.sort((a, b) => a.PartNumber - b.PartNumber), bytes };
}

async function sendPart(target: MultipartTarget, upload: string, number: number, body: Buffer): Promise<Part> {
  const { s3, bucket, key, retries, options } = target;
  const command = () =>
    new UploadPartCommand({
      Bucket: bucket,
      Key: key,
      UploadId: upload,
      PartNumber: number,
      Body: body,
      ChecksumAlgorithm: 'CRC32',
    });
  const sent = await withRetries(`PUT ${bucket}/${key}, part ${number}`, retries, options.signal, () =>
    s3.send(command(), sendOptions(options.signal)),
  );
  const part = { PartNumber: number, ETag: sent.ETag ?? '' };
  return sent.ChecksumCRC32 === undefined ? part : { ...part, ChecksumCRC32: sent.ChecksumCRC32 };
}

async function complete(target: MultipartTarget, upload: string, parts: Part[]): Promise<string> {
  const { s3, bucket, key, options } = target;
  const command = new CompleteMultipartUploadCommand({
    Bucket: bucket,
    Key: key,
    UploadId: upload,
    MultipartUpload: { Parts: parts },
    ...conditionHeaders(options.condition),
  });
  return (await s3.send(command, sendOptions(options.signal))).ETag ?? '';
}

export function sendOptions(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
