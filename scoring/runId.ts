/** A run is a commit: the same event, seen twice, is the same run. */
import { createHash } from 'node:crypto';

/** 32 hexadecimal digits. `body` is the commit object's, byte for byte. */
export function runIdOf(commitKey: string, body: Buffer | string): string {
  return createHash('sha256').update(commitKey).update('\0').update(body).digest('hex').slice(0, 32);
}
