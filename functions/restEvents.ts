/**
 * Between API Gateway's REST API with response streaming and a fetch handler.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { z } from 'zod';

const lists = z.record(z.string(), z.array(z.string())).nullish();

const eventSchema = z.object({
  httpMethod: z.string(),
  path: z.string().startsWith('/'),
  multiValueHeaders: lists,
  multiValueQueryStringParameters: lists,
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({ domainName: z.string().default('localhost'), requestId: z.string().nullish() }),
});

/** Throws a ZodError on what API Gateway would not send. */
export function requestOf(event: unknown, signal: AbortSignal): Request {
  const { httpMethod, path, body, isBase64Encoded, requestContext, ...rest } = eventSchema.parse(event);
  const url = new URL(`https://${requestContext.domainName}${path}`);
  for (const [name, values] of Object.entries(rest.multiValueQueryStringParameters ?? {})) {
    for (const value of values) url.searchParams.append(name, value);
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(rest.multiValueHeaders ?? {})) {
    for (const value of values) headers.append(name, value);
  }
  const hasBody = body !== null && body !== undefined && httpMethod !== 'GET' && httpMethod !== 'HEAD';
  return new Request(url, {
    method: httpMethod,
    headers,
    signal,
    ...(hasBody ? { body: isBase64Encoded ? Buffer.from(body, 'base64') : body } : {}),
  });
}

/** Status and headers, as they precede a streamed body. */
export interface ResponseHead {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

export function headOf(response: Response): ResponseHead {
  return { statusCode: response.status, headers: Object.fromEntries(response.headers) };
}

/** Writes the body as it comes, no faster than it is taken. Ends the stream in any case. */
export async function pour(response: Response, stream: Writable): Promise<void> {
  try {
    for await (const chunk of response.body ?? []) {
      if (!stream.write(chunk)) await once(stream, 'drain');
    }
  } finally {
    stream.end();
  }
}
