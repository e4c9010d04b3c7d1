export interface Outgoing {
  readonly body: string;
  readonly group?: string;
  readonly delaySeconds?: number;
}

const MAX_MESSAGES = 10;
/** SQS's limit for a request was this for long, and still is for some accounts. */
const MAX_BYTES = 256 * 1024;

/** Requests that SQS accepts, in order. */
export function batchesOf(messages: readonly Outgoing[]): Outgoing[][] {
  const batches: Outgoing[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    const current = batches.at(-1);
    if (current && current.length < MAX_MESSAGES && bytes + size <= MAX_BYTES) {
      current.push(message);
      bytes += size;
    } else {
      batches.push([message]);
      bytes = size;
    }
  }
  return batches;
}
