/**
 * A client of the API, for Node and browsers. Its operations are in operations.generated.ts, typed by the schema; any
 * other can be written as an `Operation`.
 */
import { ApiError, errorOf, type ServedError } from './apiError.ts';
import { eventsOf } from './eventStream.ts';
import type { Operation } from './operation.ts';

export { ApiError, payload } from './apiError.ts';
export type { Operation } from './operation.ts';
export * from './operations.generated.ts';

export interface ClientOptions {
  /** Of the API, without `/graphql`. */
  readonly url: string;
  readonly token: string;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response> | Response;
  /** Before a subscription connects again; doubled each time, up to twenty times this. Default: 500. */
  readonly reconnectMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface Client {
  /** A query or mutation. Throws ApiError; an `OperationError` is data: see `payload`. */
  request<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<Data>;
  /** Connects again when it is cut off; ends when the API completes it or `signal` aborts. Throws ApiError. */
  subscribe<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): AsyncGenerator<Data>;
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly ServedError[];
}

export function createClient({ url, token, fetch: send = fetch, reconnectMs = 500 }: ClientOptions): Client {
  const endpoint = `${url.replace(/\/+$/, '')}/graphql`;

  async function post<D, V>(operation: Operation<D, V>, variables: V, accept: string, signal?: AbortSignal) {
    const headers = {
      accept,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-fiducial-csrf': '1',
    };
    const body = JSON.stringify({ query: operation.text, operationName: operation.name, variables });
    try {
      return await send(endpoint, { method: 'POST', headers, body, ...(signal ? { signal } : {}) });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ApiError('UNAVAILABLE', `Expected the API at ${url} to answer, got nothing`, {
        retryable: true,
        cause,
      });
    }
  }

  async function request<D, V>(operation: Operation<D, V>, variables: V, { signal }: CallOptions = {}): Promise<D> {
    return dataOf(await answerOf<D>(await post(operation, variables, 'application/json', signal)));
  }

  async function* connect<D, V>(operation: Operation<D, V>, variables: V, signal?: AbortSignal): AsyncGenerator<D> {
    const response = await post(operation, variables, 'text/event-stream', signal);
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
      dataOf(await answerOf<D>(response));
      return;
    }
    try {
      for await (const { event, data } of eventsOf(response.body)) {
        if (event === 'complete') return;
        if (event === 'next') yield dataOf(JSON.parse(data) as Answer<D>);
      }
    } catch (cause) {
      if (cause instanceof ApiError || signal?.aborted) throw cause;
      throw new ApiError('UNAVAILABLE', 'The stream was cut off', { retryable: true, cause });
    }
    throw new ApiError('UNAVAILABLE', 'The stream ended before it was complete', { retryable: true });
  }

  async function* subscribe<D, V>(
    operation: Operation<D, V>,
    variables: V,
    { signal }: CallOptions = {},
  ): AsyncGenerator<D> {
    let pauseMs = reconnectMs;
    while (!signal?.aborted) {
      try {
        for await (const data of connect(operation, variables, signal)) {
          pauseMs = reconnectMs;
          yield data;
        }
        return;
      } catch (error) {
        if (signal?.aborted) return;
        if (!(error instanceof ApiError && error.retryable)) throw error;
        await pause(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, reconnectMs * 20);
      }
    }
  }

  return { request, subscribe };
}

async function answerOf<D>(response: Response): Promise<Answer<D>> {
  const answer = (await response.json().catch(() => null)) as Answer<D> | null;
  if (answer && (answer.data !== undefined || answer.errors)) return answer;
  const retryable = response.status >= 500;
  throw new ApiError('UNAVAILABLE', `Expected a GraphQL answer, got status ${response.status}`, { retryable });
}

function dataOf<D>({ data, errors }: Answer<D>): D {
  if (errors?.[0]) throw errorOf(errors[0]);
  return data as D;
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener('abort', wake, { once: true });
  });
}
