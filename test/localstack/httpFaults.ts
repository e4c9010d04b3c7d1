/** What networks and services do, and to which requests: for the proxy between the SDK and LocalStack. */
import type { Fault, Seen, Trouble } from './proxy.ts';

export interface HttpFault {
  readonly trouble: (seen: Seen) => Trouble;
  /** Default: all requests. */
  readonly where?: (seen: Seen) => boolean;
  /** How often at most. Default 12. */
  readonly most?: number;
  /** How long the client waits. Default: as on AWS. */
  readonly requestTimeoutMs?: number;
}

const TIMEOUT_MS = 1500;
const LATE_MS = 2500;

const isObject = ({ service, path }: Seen) => service === 's3' && !path.includes('list-type=2');
export const isGet = (seen: Seen) => isObject(seen) && seen.action === 'GET';
export const isPut = (seen: Seen) => isObject(seen) && seen.action === 'PUT';
/** A long poll may take long. */
const isShort = ({ action }: Seen) => action !== 'ReceiveMessage';

export const HTTP_FAULTS: Readonly<Record<string, HttpFault>> = {
  'are throttled, S3 by 503 SlowDown and SQS by 400 RequestThrottled,': {
    trouble: ({ service }) =>
      service === 's3'
        ? { kind: 'refuse', status: 503, code: 'SlowDown' }
        : { kind: 'refuse', status: 400, code: 'RequestThrottled' },
  },
  'are refused with 500 InternalError before their effect': {
    trouble: () => ({ kind: 'refuse', status: 500, code: 'InternalError' }),
  },
  'are answered with 500 InternalError after their effect': {
    trouble: () => ({ kind: 'refuseAfter', status: 500, code: 'InternalError' }),
    where: isShort,
  },
  'are cut off before their effect': { trouble: () => ({ kind: 'cut' }) },
  'are cut off after their effect': { trouble: () => ({ kind: 'cutAnswer' }), where: isShort },
  'break off in the middle of the answer': { trouble: () => ({ kind: 'halfAnswer' }), where: isGet },
  'are answered after the time-out': {
    trouble: () => ({ kind: 'answerLate', ms: LATE_MS }),
    where: isShort,
    most: 4,
    requestTimeoutMs: TIMEOUT_MS,
  },
  'have their effect after the time-out': {
    trouble: () => ({ kind: 'doLate', ms: LATE_MS }),
    where: isShort,
    most: 4,
    requestTimeoutMs: TIMEOUT_MS,
  },
  'lose a bit on the way there': { trouble: () => ({ kind: 'flipRequest' }), where: isPut },
  'lose a bit on the way back': { trouble: () => ({ kind: 'flipAnswer' }), where: isGet },
  'lose a bit of a message on the way there': {
    trouble: () => ({ kind: 'flipRequest' }),
    where: ({ action }) => action === 'SendMessageBatch',
  },
};

/** One request in four, beginning with the first, and none twice: what is tried again gets through. */
export function spread(fault: HttpFault): { readonly fault: Fault; readonly hits: () => number } {
  const { trouble, where = () => true, most = 12 } = fault;
  const hit = new Set<string>();
  let matching = 0;
  return {
    hits: () => hit.size,
    fault: (seen) => {
      if (!where(seen)) return null;
      const name = `${seen.action} ${seen.path} ${seen.service === 'sqs' ? seen.body : ''}`;
      if (hit.size >= most || hit.has(name) || matching++ % 4 !== 0) return null;
      hit.add(name);
      return trouble(seen);
    },
  };
}
