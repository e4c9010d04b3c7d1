/** Subscriptions over server-sent events (graphql-sse, distinct connections): read as they come, again when cut off. */
import { useEffect, useRef } from 'preact/hooks';
import { eventsOf } from '../../graphql/client/eventStream.ts';
import { sleep } from './connection.ts';
import type { Operation } from './operation.ts';
import { failureOf, post } from './request.ts';
import { session } from './session.ts';

const RECONNECT_MS = 1500;

/** Data of one connection; returns when the server completes it, throws ApiError where it can't go on. */
export async function* events<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  signal: AbortSignal,
): AsyncGenerator<Data> {
  const { token } = session.get();
  const response = await post(operation, variables, 'text/event-stream', signal);
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const answer = await response.json().catch(() => null);
    throw failureOf(answer?.errors?.[0] ?? { message: 'Expected a stream of events, got something else' }, token);
  }
  for await (const { event, data } of eventsOf(response.body!)) {
    if (event === 'complete') return;
    if (event !== 'next') continue;
    const answer = JSON.parse(data);
    if (answer.errors?.length) throw failureOf(answer.errors[0], token);
    yield answer.data as Data;
  }
  throw new Error('The stream ended before it was complete');
}

/** Watches while `active`; connects again after a pause when it was cut off. `onData` may change between renders. */
export function useLive<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  active: boolean,
  onData: (data: Data) => void,
): void {
  const handler = useRef(onData);
  handler.current = onData;
  useEffect(() => {
    if (!active) return;
    const stop = new AbortController();
    void follow(operation, variables, stop.signal, (data) => handler.current(data));
    return () => stop.abort();
  }, [operation.name, JSON.stringify(variables), active]);
}

async function follow<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  signal: AbortSignal,
  onData: (data: Data) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const data of events(operation, variables, signal)) onData(data);
      return;
    } catch {
      await sleep(RECONNECT_MS, signal);
    }
  }
}
