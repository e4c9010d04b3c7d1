import type { Listing, ListOptions, ObjectInfo } from '../ports.ts';
import type { Ledger } from './ledger.ts';

/**
 * The highest character: a page that ends in a common prefix goes on after everything below it.
 * (S3's `start-after` would otherwise give the same prefix again.)
 */
export const LAST = '\u{10FFFF}';

export interface ObjectRow {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  readonly modified_at: number;
}

export function infoOf(row: ObjectRow): ObjectInfo {
  return { key: row.key, etag: row.etag, bytes: row.bytes, modifiedAt: new Date(row.modified_at) };
}

/** One page, in UTF-8 byte order: SQLite compares text by its bytes. */
export function listPage(ledger: Ledger, bucket: string, options: ListOptions): Listing {
  const limit = Math.min(Math.max(options.limit ?? 1000, 1), 1000);
  const { prefix, delimiter } = options;
  const objects: ObjectInfo[] = [];
  const prefixes: string[] = [];
  let bound: Bound = firstBound(prefix, options.after);
  for (;;) {
    let jump: Bound | null = null;
    for (const row of rowsFrom(ledger, bucket, bound, limit - objects.length - prefixes.length + 1)) {
      if (!row.key.startsWith(prefix)) return { objects, prefixes, next: null };
      if (objects.length + prefixes.length === limit) return { objects, prefixes, next: nextOf(objects, prefixes) };
      const end = delimiter ? row.key.indexOf(delimiter, prefix.length) : -1;
      if (end === -1) {
        objects.push(infoOf(row));
        bound = { op: '>', key: row.key };
        continue;
      }
      const folded = row.key.slice(0, end + 1);
      prefixes.push(folded);
      // '0' is the character after '/': the first key that is not below the folded prefix.
      jump = { op: '>=', key: `${row.key.slice(0, end)}0` };
      break;
    }
    if (!jump) return { objects, prefixes, next: null };
    bound = jump;
  }
}

interface Bound {
  readonly op: '>' | '>=';
  readonly key: string;
}

function firstBound(prefix: string, after: string | undefined): Bound {
  if (after === undefined || Buffer.compare(Buffer.from(after), Buffer.from(prefix)) < 0) {
    return { op: '>=', key: prefix };
  }
  return { op: '>', key: after };
}

/** Read one by one: where a prefix is folded, the rest is not wanted. */
function rowsFrom(ledger: Ledger, bucket: string, bound: Bound, limit: number): Iterable<ObjectRow> {
  const sql = `SELECT key, etag, bytes, modified_at FROM objects
    WHERE bucket = ? AND key ${bound.op} ? ORDER BY key LIMIT ?`;
  return ledger.sql(sql).iterate(bucket, bound.key, limit) as Iterable<unknown> as Iterable<ObjectRow>;
}

function nextOf(objects: readonly ObjectInfo[], prefixes: readonly string[]): string {
  const object = objects.at(-1)?.key ?? '';
  const folded = prefixes.at(-1) ?? '';
  const last = Buffer.compare(Buffer.from(object), Buffer.from(folded)) > 0 ? object : folded + LAST;
  return last;
}
