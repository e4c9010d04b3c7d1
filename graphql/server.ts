/** The API: one fetch handler, for the Node server and for Lambda. */
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import { SILENT } from '../scoring/ports.ts';
import type { Queues, Stores } from '../storage/ports.ts';
import type { Authenticator } from './auth/authenticate.ts';
import { presentError } from './errors.ts';
import { LiveCalls } from './live.ts';
import { type ServerContext, useAuthentication } from './plugins/authentication.ts';
import { useNoIntrospection, useQueryLimits, useTextLimits } from './plugins/limits.ts';
import { type RateLimit, useRateLimit } from './plugins/rateLimit.ts';
import { useSecurityHeaders } from './plugins/securityHeaders.ts';
import {
  type ApiContext,
  type ApiParts,
  type ApiSettings,
  DEFAULT_SETTINGS,
  type Log,
  type ModelFinder,
} from './ports.ts';
import { schema } from './schema/index.ts';

export const GRAPHQL_PATH = '/graphql';
export const CSRF_HEADER = 'x-fiducial-csrf';
const MOST_BODY_BYTES = 1_000_000;
/** Of one caller, in this process: each looks at storage again and again. */
const MOST_SUBSCRIPTIONS = 50;

export interface ApiOptions {
  readonly stores: Stores;
  readonly queues: Queues;
  readonly models: ModelFinder;
  /** Ways to prove who one is; without any, nobody gets in. */
  readonly authenticators: readonly Authenticator[];
  readonly log?: Log;
  readonly now?: () => Date;
  readonly settings?: Partial<ApiSettings>;
  /** Introspection is off. Default: true. */
  readonly production?: boolean;
  /** Origins of other sites' pages that may call. Default: none. */
  readonly origins?: readonly string[];
  /** For each caller. Default: 2,000 a second, bursts of 4,000, enough for one's own machine. */
  readonly rateLimit?: RateLimit;
}

export type Api = YogaServerInstance<ServerContext, ApiContext>;

/** `api.fetch(request)` answers; `api` itself is a request listener of node:http. */
export function createApi(options: ApiOptions): Api {
  const { log = SILENT, production = true, origins = [], rateLimit = { callsPerSecond: 2000, burst: 4000 } } = options;
  const parts = partsOf(options, log);
  return createYoga<ServerContext, ApiContext>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: MOST_BODY_BYTES,
    healthCheckEndpoint: '/healthz',
    cors: origins.length === 0 ? false : { origin: [...origins], credentials: false, maxAge: 600 },
    logging: false,
    maskedErrors: { maskError: (error) => presentError(error, log) },
    context: ({ caller, request }) => contextOf(parts, caller!, request.signal),
    plugins: [
      useSecurityHeaders(),
      useAuthentication(options.authenticators, log),
      useRateLimit(rateLimit, log),
      useCSRFPrevention({ requestHeaders: [CSRF_HEADER] }),
      useTextLimits(),
      useQueryLimits(),
      ...(production ? [useNoIntrospection()] : []),
    ],
  });
}

function partsOf({ stores, queues, models, now, settings }: ApiOptions, log: Log): ApiParts {
  const complete = { ...DEFAULT_SETTINGS, ...settings };
  const live = new LiveCalls(MOST_SUBSCRIPTIONS);
  return { stores, queues, models, log, now: now ?? (() => new Date()), settings: complete, live };
}

function contextOf(parts: ApiParts, caller: ApiContext['caller'], signal: AbortSignal): ApiContext {
  return { parts, caller, signal, memo: new Map() };
}
