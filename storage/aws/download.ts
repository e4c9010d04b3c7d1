import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { GetOptions, ObjectInfo } from '../ports.ts';
import { type RetryPolicy, withRetries } from './attempts.ts';
import { sendOptions } from './multipart.ts';

export interface Source {
  readonly s3: S3Client;
  readonly retries: RetryPolicy;
  readonly bucket: string;
  readonly key: string;
}

export async function sendGet(source: Source, options: GetOptions): Promise<GetObjectCommandOutput> {
  const command = new GetObjectCommand({
    Bucket: source.bucket,
    Key: source.key,
    Range: options.range ? `bytes=${options.range.from}-${options.range.to ?? ''}` : undefined,
    IfMatch: options.ifMatch,
    ChecksumMode: 'ENABLED',
  });
  return source.s3.send(command, sendOptions(options.signal));
}

/** `bytes` is the whole object's, also where a range was read. */
export function infoOfGet(key: string, output: GetObjectCommandOutput): ObjectInfo & { contentType: string | null } {
  const total = /\/(\d+)$/.exec(output.ContentRange ?? '')?.[1];
  return {
    key,
    etag: output.ETag ?? '',
    bytes: Number(total ?? output.ContentLength ?? 0),
    modifiedAt: output.LastModified ?? new Date(0),
    contentType: output.ContentType ?? null,
  };
}

/**
 * The bytes of a body that may take long. Where the connection breaks, the rest of the same version is asked for;
 * `first` is the answer that is there already.
 */
export async function* resumingBody(
  source: Source,
  options: GetOptions,
  first: GetObjectCommandOutput,
): AsyncGenerator<Buffer> {
  let output = first;
  let at = options.range?.from ?? 0;
  for (let failures = 0; ; ) {
    try {
      for await (const chunk of output.Body as AsyncIterable<Uint8Array>) {
        at += chunk.length;
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      }
      return;
    } catch (error) {
      if (options.signal?.aborted || ++failures >= source.retries.attempts) throw error;
      const to = options.range?.to;
      const range = to === undefined ? { from: at } : { from: at, to };
      const rest: GetOptions = { ...options, range, ...(first.ETag === undefined ? {} : { ifMatch: first.ETag }) };
      output = await withRetries(`GET ${source.bucket}/${source.key}`, source.retries, options.signal, () =>
        sendGet(source, rest),
      );
    }
  }
}
