import type { Interceptor, StorageCall } from './intercept.ts';

/** SQS takes this many messages in a request. */
const MESSAGES_PER_REQUEST = 10;
/** Signing asks nobody. */
const LOCAL = new Set(['signUpload', 'signDownload']);

/** Counts requests as S3 and SQS would: a long poll is one, `sendAll` one for ten messages. */
export class RequestCounter {
  readonly #counts = new Map<string, number>();
  readonly calls: StorageCall[] = [];

  /** Give it to `interceptStores` and `interceptQueues`. */
  readonly interceptor: Interceptor = (call, proceed) => {
    this.calls.push(call);
    const name = `${call.target}.${call.method}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + requestsOf(call));
    return proceed();
  };

  /** By `<bucket or queue>.<method>`, sorted. */
  table(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort());
  }

  /** Of the calls that `matches` accepts; of all by default. */
  total(matches: (call: StorageCall) => boolean = () => true): number {
    return this.calls.filter(matches).reduce((sum, call) => sum + requestsOf(call), 0);
  }

  reset(): void {
    this.#counts.clear();
    this.calls.length = 0;
  }
}

function requestsOf(call: StorageCall): number {
  if (LOCAL.has(call.method)) return 0;
  if (call.method !== 'sendAll') return 1;
  const [messages] = call.args;
  return Math.ceil((Array.isArray(messages) ? messages.length : 0) / MESSAGES_PER_REQUEST);
}
