import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { type AwsClients, makeClients } from '../../../storage/aws/clients.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
/** Answers a request, or cuts its connection with `response.destroy()`. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** Stands where S3 and SQS would, and answers the n-th request by the n-th answer (the last one from then on). */
export async function faultyEndpoint(
  answers: readonly Answer[],
  timeouts: { readonly requestTimeoutMs?: number } = {},
): Promise<{ clients: AwsClients; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method = '', url = '', headers } = request;
    const arrived = { method, url, headers, body: Buffer.concat(pieces).toString('latin1') };
    seen.push(arrived);
    const answer = answers[Math.min(seen.length, answers.length) - 1];
    if (answer) answer(arrived, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const clients = makeClients({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    ...timeouts,
  });
  onTestFinished(async () => {
    clients.close();
    server.closeAllConnections();
    server.close();
  });
  return { clients, seen };
}

export const FAST = { attempts: 5, baseMs: 1, capMs: 5 } as const;

export const cut: Answer = (_, response) => {
  response.destroy();
};
export const silence: Answer = () => {};
export const ok =
  (headers: Record<string, string> = { etag: '"e"' }, body = ''): Answer =>
  (_, response) => {
    response.writeHead(200, headers).end(body);
  };
export const xmlError =
  (status: number, code: string, message = 'injected'): Answer =>
  (_, response) => {
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
  };
export const jsonError =
  (status: number, type: string): Answer =>
  (_, response) => {
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-query-error': `${type};Sender`,
    });
    response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message: 'injected' }));
  };
