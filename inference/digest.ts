/** Apart from runtime.ts, so that who only reads cards (the planner, the API) loads no native library. */
import { createHash } from 'node:crypto';

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
