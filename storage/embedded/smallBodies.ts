/**
 * Small bodies as rows: where the object is committed, so is its body. A file of its own would cost a shard's record
 * three more syncs of the disk and most of a millisecond of processor time.
 */
import type { StatementSync } from 'node:sqlite';
import type { BodyRecord } from './bodies.ts';
import { blockIsIntact, damagedBody } from './checks.ts';

/** SQLite is quicker than the file system up to some twenty pages (sqlite.org/intern-v-extern-blob.html). */
export const SMALL_BODY_BYTES = 32 * 1024;

export class SmallBodies {
  readonly #sql: (text: string) => StatementSync;

  /** `sql` prepares a statement of the folder's database. */
  constructor(sql: (text: string) => StatementSync) {
    this.#sql = sql;
  }

  /** Within a transaction. Written again where it is there: that heals one that was damaged. */
  put(hash: string, body: Uint8Array): void {
    this.#sql('INSERT OR REPLACE INTO bodies (hash, body) VALUES (?, ?)').run(hash, body);
  }

  /** Null where it is a file. @throws CORRUPT_STORE where it is not what was written. */
  find(record: BodyRecord): Buffer | null {
    if (record.bytes > SMALL_BODY_BYTES) return null;
    const row = this.#sql('SELECT body FROM bodies WHERE hash = ?').get(record.hash);
    if (!row) return null;
    const bytes = row.body as Uint8Array;
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const intact = body.length === record.bytes && (body.length === 0 || blockIsIntact(record, 0, body));
    if (!intact) throw damagedBody(record.hash, 'its row does not match its checksum');
    return body;
  }

  /** Removes what no object refers to. Only while this process is alone. Gives how many. */
  collect(): number {
    return Number(this.#sql('DELETE FROM bodies WHERE hash NOT IN (SELECT hash FROM objects)').run().changes);
  }
}
