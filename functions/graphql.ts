/** Lambda: GraphQL behind a REST API that streams. Subscriptions end before the call does; clients come back. */
import type { Writable } from 'node:stream';
import { apiTokens } from '../graphql/auth/apiTokens.ts';
import { oidc } from '../graphql/auth/oidc.ts';
import { createApi } from '../graphql/server.ts';
import { RunRecords } from '../scoring/runRecords.ts';
import { openAwsParts } from './awsParts.ts';
import { readApiConfig, readWakeConfig } from './config.ts';
import { storedModels } from './models.ts';
import { headOf, pour, type ResponseHead, requestOf } from './restEvents.ts';
import { openEcs, wakingQueues } from './wakers.ts';

/** Left for the end of a subscription to reach the client. */
const RESERVE_MS = 10_000;
/** A caller's own limit, in this one of several Lambdas; the stage's limit is above it. */
const RATE_LIMIT = { callsPerSecond: 50, burst: 100 };

/** What Lambda's Node runtime puts into the global scope. */
declare const awslambda: {
  streamifyResponse<E, C>(handler: (event: E, stream: Writable, context: C) => Promise<void>): unknown;
  HttpResponseStream: { from(stream: Writable, head: ResponseHead): Writable };
};

type Fetch = (request: Request) => Promise<Response> | Response;

function openApi(): Fetch {
  const { stores, queues, log, now, config } = openAwsParts('api');
  const { oidc: issuer, origins } = readApiConfig();
  const runs = new RunRecords(stores.results);
  const api = createApi({
    stores,
    queues: wakingQueues(queues, { ecs: openEcs(config.region), config: readWakeConfig(), runs, log }),
    models: storedModels(stores.models),
    authenticators: [apiTokens({ results: stores.results, now }), ...(issuer ? [oidc(issuer)] : [])],
    log,
    now,
    origins,
    rateLimit: RATE_LIMIT,
    production: true,
  });
  return (request) => api.fetch(request);
}

export interface StreamContext {
  getRemainingTimeInMillis(): number;
}

/** Answers one event on `stream`; `begin` writes the head. */
export async function answer(
  fetchApi: Fetch,
  event: unknown,
  context: StreamContext,
  begin: (head: ResponseHead) => Writable,
): Promise<void> {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS));
  try {
    const response = await fetchApi(requestOf(event, gone.signal));
    const stream = begin(headOf(response));
    stream.on('error', () => gone.abort());
    await pour(response, stream).catch((error: unknown) => {
      if (!gone.signal.aborted) throw error;
    });
  } finally {
    clearTimeout(timer);
  }
}

let api: Fetch | null = null;

export const handler = awslambda.streamifyResponse(async (event: unknown, stream: Writable, context: StreamContext) => {
  api ??= openApi();
  await answer(api, event, context, (head) => awslambda.HttpResponseStream.from(stream, head));
});
