/** The API's home on one machine: GraphQL, the embedded store's signed requests, the dashboard. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ErrorCode, FiducialError } from '../domain/errors.ts';
import { SILENT } from '../scoring/ports.ts';
import { isSpoken } from './errors.ts';
import { type StaticFiles, staticFiles } from './http/staticFiles.ts';
import { giveDownload, type SignedStorage, takeUpload } from './http/storage.ts';
import type { Log } from './ports.ts';
import { type Api, GRAPHQL_PATH } from './server.ts';

export interface ServerOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Default: loopback. */
  readonly host?: string;
  readonly api: Api;
  /** The embedded store, whose signed requests come here; null where storage answers itself (S3). */
  readonly storage?: SignedStorage | null;
  /** The built dashboard; null, or a folder that is not there: none is served. */
  readonly staticFolder?: string | null;
  readonly log?: Log;
}

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Lets requests finish for two seconds, then ends what is left: subscriptions, mostly. */
  close(): Promise<void>;
}

const GRACE_MS = 2_000;
const LONGEST_REQUEST_MS = 900_000;

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port, host = '127.0.0.1', api, storage = null, staticFolder = null, log = SILENT } = options;
  const files = staticFolder === null ? null : staticFiles(staticFolder);
  const server = createServer({ requestTimeout: LONGEST_REQUEST_MS, headersTimeout: 60_000 }, (request, response) => {
    route({ api, storage, files }, request, response).catch((error) => refuse(error, request, response, log));
  });
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${shown}:${address.port}`, port: address.port, close: () => close(server) };
}

interface Routes {
  readonly api: Api;
  readonly storage: SignedStorage | null;
  readonly files: StaticFiles | null;
}

async function route(
  { api, storage, files }: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = parseUrl(request.url);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (pathname === GRAPHQL_PATH) return void (await api(request, response));
  if (pathname === '/healthz') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
  const place = /^\/storage\/([^/]+)(?:\/(.+))?$/s.exec(pathname);
  if (storage && place) {
    const [, bucket, key] = place;
    if (request.method === 'POST' && key === undefined) return takeUpload(storage, decode(bucket!), request, response);
    if (request.method === 'GET' && key !== undefined) {
      return giveDownload(storage, decode(bucket!), decode(key), searchParams, response);
    }
  }
  if (reads && files && (await files(request, decode(pathname), response))) return;
  throw new FiducialError('NOT_FOUND', `Expected a path that is served here, got ${request.method} ${pathname}`);
}

function parseUrl(url: string | undefined): URL {
  try {
    return new URL(url ?? '/', 'http://localhost');
  } catch {
    throw new FiducialError('INVALID_INPUT', 'Expected a URL, got something else');
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FiducialError('INVALID_INPUT', 'Expected a percent-encoded path, got something else');
  }
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  INVALID_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  PRECONDITION_FAILED: 412,
  LIMIT_EXCEEDED: 413,
  THROTTLED: 429,
};

function refuse(error: unknown, request: IncomingMessage, response: ServerResponse, log: Log): void {
  if (response.headersSent || response.destroyed || request.socket.destroyed) return void response.destroy();
  const spoken = isSpoken(error) ? error : null;
  const reference = spoken ? null : randomUUID();
  if (!spoken) log.error({ reference, path: request.url?.split('?')[0], err: error }, 'a request failed unexpectedly');
  const body = spoken
    ? { code: spoken.code, message: spoken.message }
    : { code: 'INTERNAL', message: `Something went wrong here; the log has it under ${reference}` };
  // What is left of the body is not read: the connection ends with the answer.
  response.writeHead(spoken ? (STATUS[spoken.code] ?? 400) : 500, {
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `Expected to listen on ${host}:${port}, got ${cause.code ?? cause.message}; choose another port`;
      reject(new FiducialError('INVALID_CONFIG', message, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
