/** Stands between the AWS SDK and LocalStack, and does to requests and answers what networks and services do to them. */
import { once } from 'node:events';
import { createServer, request as forward, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface Seen {
  readonly service: 's3' | 'sqs';
  /** The HTTP method for S3, the action (`ReceiveMessage`) for SQS. */
  readonly action: string;
  /** Path and query, decoded. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Trouble =
  /** LocalStack never hears of it. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  | { readonly kind: 'cut' }
  /** LocalStack does it, and the caller does not hear of that. */
  | { readonly kind: 'cutAnswer' }
  | { readonly kind: 'refuseAfter'; readonly status: number; readonly code: string }
  /** Its answer stops after half of its bytes. */
  | { readonly kind: 'halfAnswer' }
  /** Done at once, answered after so long: beyond the caller's time-out. */
  | { readonly kind: 'answerLate'; readonly ms: number }
  /** Done only after so long, when the caller has given up and tried again. */
  | { readonly kind: 'doLate'; readonly ms: number }
  /** One bit of what is stored, or of what comes back, is another on the way. */
  | { readonly kind: 'flipRequest' | 'flipAnswer' };

/** Called for each request, in the order of their arrival. */
export type Fault = (seen: Seen) => Trouble | null;

export interface FaultyProxy {
  readonly endpoint: string;
  /** From now on. */
  disturb(fault: Fault): void;
  /** The service's clock: requests signed a quarter of an hour before or after it are refused. Until now: ours. */
  setClock(aheadMs: number): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function faultyProxy(endpoint: string): Promise<FaultyProxy> {
  let fault: Fault = () => null;
  let aheadMs = 0;
  const over = new AbortController();
  const server = createServer(async (incoming, response) => {
    try {
      const body = await buffer(incoming);
      const { method = 'GET', url = '/', headers } = incoming;
      const seen = seenOf(method, url, headers, body);
      const trouble = fault(seen);
      response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString());
      if (isSkewed(seen, aheadMs)) return refuse(response, seen, SKEWED[seen.service]);
      await exchange(seen, trouble, response, over.signal, (sent) => ask(endpoint, method, url, headers, sent));
    } catch {
      // The caller has gone, or LocalStack has.
      response.destroy();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    disturb: (next) => {
      fault = next;
    },
    setClock: (ms) => {
      aheadMs = ms;
    },
    close: async () => {
      over.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function seenOf(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): Seen {
  const target = headers['x-amz-target'];
  const path = decodeURIComponent(url);
  if (typeof target !== 'string') return { service: 's3', action: method, path, headers, body };
  return { service: 'sqs', action: target.slice(target.indexOf('.') + 1), path, headers, body };
}

const QUARTER_HOUR_MS = 900_000;
const SKEWED = {
  s3: { kind: 'refuse', status: 403, code: 'RequestTimeTooSkewed' },
  sqs: { kind: 'refuse', status: 403, code: 'InvalidSignatureException' },
} as const;

/** `X-Amz-Date` is as 20261124T153000Z. */
function isSkewed({ headers }: Seen, aheadMs: number): boolean {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date']));
  if (!parts) return false;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  const signedAt = Date.UTC(year!, month! - 1, day, hour, minute, second);
  return Math.abs(Date.now() + aheadMs - signedAt) > QUARTER_HOUR_MS;
}

async function exchange(
  seen: Seen,
  trouble: Trouble | null,
  response: ServerResponse,
  over: AbortSignal,
  send: (body: Buffer) => Promise<Answer>,
): Promise<void> {
  if (trouble?.kind === 'cut') return void response.destroy();
  if (trouble?.kind === 'refuse') return refuse(response, seen, trouble);
  if (trouble?.kind === 'doLate') await delay(trouble.ms, undefined, { signal: over });
  const answer = await send(trouble?.kind === 'flipRequest' ? flipped(seen, seen.body) : seen.body);
  if (trouble?.kind === 'cutAnswer') return void response.destroy();
  if (trouble?.kind === 'refuseAfter') return refuse(response, seen, trouble);
  if (trouble?.kind === 'answerLate') await delay(trouble.ms, undefined, { signal: over });
  const { 'transfer-encoding': _, connection: __, date: ___, ...headers } = answer.headers;
  const body = trouble?.kind === 'flipAnswer' ? flipped(seen, answer.body) : answer.body;
  const length = seen.action === 'HEAD' ? {} : { 'content-length': String(body.length) };
  response.writeHead(answer.status, { ...headers, ...length });
  if (trouble?.kind !== 'halfAnswer' || body.length < 2) return void response.end(body);
  response.write(body.subarray(0, body.length >> 1), () => response.destroy());
}

function ask(
  endpoint: string,
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = forward(new URL(url, endpoint), { method, headers }, (answer) => {
      buffer(answer).then(
        (read) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: read }),
        reject,
      );
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** As S3 and SQS say it. */
function refuse(response: ServerResponse, { service }: Seen, trouble: Extract<Trouble, { code: string }>): void {
  const { status, code } = trouble;
  if (service === 's3') {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`,
    );
    return;
  }
  const fault = status < 500 ? 'Sender' : 'Receiver';
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-query-error': `${code};${fault}`,
  });
  response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'injected' }));
}

/** Of an object any bit; of SQS's JSON one of a message's body, so that the rest is read as it is. */
function flipped({ service }: Seen, body: Buffer): Buffer {
  const copy = Buffer.from(body);
  const at = service === 's3' ? copy.length >> 1 : copy.indexOf('project');
  if (at >= 0 && at < copy.length) copy[at] = copy[at]! ^ 1;
  return copy;
}
