import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Listing, ListOptions } from '../ports.ts';
import { sendOptions } from './multipart.ts';

/** Sorts after everything below a common prefix, where S3's `start-after` would give that prefix again. */
const LAST = '\u{10FFFF}';

/** `encoded`: keys come URL-encoded, since XML can't hold them all. LocalStack pages wrongly then. */
export async function listPage(s3: S3Client, bucket: string, options: ListOptions, encoded: boolean): Promise<Listing> {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: options.prefix,
    StartAfter: options.after || undefined,
    MaxKeys: Math.min(Math.max(options.limit ?? 1000, 1), 1000),
    Delimiter: options.delimiter,
    EncodingType: encoded ? 'url' : undefined,
  });
  const output = await s3.send(command, sendOptions(options.signal));
  const decode = output.EncodingType === 'url' ? decodeKey : (key: string) => key;
  const objects = (output.Contents ?? []).map((object) => ({
    key: decode(object.Key ?? ''),
    etag: object.ETag ?? '',
    bytes: object.Size ?? 0,
    modifiedAt: object.LastModified ?? new Date(0),
  }));
  const prefixes = (output.CommonPrefixes ?? []).map((common) => decode(common.Prefix ?? ''));
  const next = output.IsTruncated ? lastOf(objects.at(-1)?.key, prefixes.at(-1)) : null;
  return { objects, prefixes, next };
}

function lastOf(key = '', prefix = ''): string {
  return Buffer.compare(Buffer.from(key), Buffer.from(prefix)) > 0 ? key : prefix + LAST;
}

function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}
