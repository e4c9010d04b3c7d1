import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { bundle } from '../../cdk/bundle.ts';
import { headOf, pour, type ResponseHead, requestOf } from '../../functions/restEvents.ts';
import { STORAGE_ENVIRONMENT } from './environment.ts';

/** As API Gateway sends it to a Lambda proxy integration of a REST API (fields that are not read left out). */
function restEvent(more: Readonly<Record<string, unknown>> = {}) {
  return {
    resource: '/graphql',
    path: '/graphql',
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json', Host: 'abc.execute-api.eu-west-1.amazonaws.com' },
    multiValueHeaders: { 'Content-Type': ['application/json'], 'x-fiducial-csrf': ['1'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      domainName: 'abc.execute-api.eu-west-1.amazonaws.com',
      path: '/api/graphql',
      stage: 'api',
      requestId: 'r',
    },
    body: JSON.stringify({ query: '{ __typename }' }),
    isBase64Encoded: false,
    ...more,
  };
}

const never = new AbortController().signal;

describe('an event of the REST API', () => {
  it('is the request that the client made, without the stage in its path', async () => {
    const request = requestOf(restEvent({ multiValueQueryStringParameters: { a: ['1', '2'] } }), never);
    expect(request.method).toBe('POST');
    expect(request.url).toBe('https://abc.execute-api.eu-west-1.amazonaws.com/graphql?a=1&a=2');
    expect(request.headers.get('content-type')).toBe('application/json');
    expect(await request.json()).toEqual({ query: '{ __typename }' });
  });

  it('may carry its body in base64, or none', async () => {
    const body = Buffer.from('äöü').toString('base64');
    expect(await requestOf(restEvent({ body, isBase64Encoded: true }), never).text()).toBe('äöü');
    expect(requestOf(restEvent({ httpMethod: 'GET', body: null }), never).body).toBeNull();
  });

  it('is refused where it is something else', () => {
    expect(() => requestOf({ version: '2.0', rawPath: '/graphql' }, never)).toThrow();
  });
});

describe('a streamed answer', () => {
  it('is written chunk by chunk, as it comes', async () => {
    const source = new PassThrough();
    const response = new Response(Readable.toWeb(source) as ReadableStream);
    const written: string[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString());
        done();
      },
    });
    const poured = pour(response, sink);
    source.write('event: next\n\n');
    await vi.waitFor(() => expect(written).toEqual(['event: next\n\n']));
    source.end('event: complete\n\n');
    await poured;
    expect(written).toEqual(['event: next\n\n', 'event: complete\n\n']);
    expect(sink.writableEnded).toBe(true);
  });

  it('waits where the client takes it slowly', async () => {
    const big = new Response(Buffer.alloc(1_000_000, 1));
    const sink = new PassThrough({ highWaterMark: 1_000 });
    const [taken] = await Promise.all([buffer(sink), pour(big, sink)]);
    expect(taken).toHaveLength(1_000_000);
  });

  it('has its status and headers before it', () => {
    const head: ResponseHead = headOf(
      new Response('', { status: 401, headers: { 'content-type': 'application/json' } }),
    );
    expect(head).toEqual({ statusCode: 401, headers: { 'content-type': 'application/json' } });
  });
});

describe('the API’s Lambda, as it is deployed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fiducial-api-'));
  beforeAll(async () => {
    await bundle('graphql', folder);
  }, 60_000);

  /** Runs the bundle as Lambda's runtime would, and gives what went over the wire. */
  async function invoke(event: unknown): Promise<{ head: ResponseHead; body: string }> {
    const program = `
      import { PassThrough } from 'node:stream';
      import { text } from 'node:stream/consumers';
      let head;
      globalThis.awslambda = {
        streamifyResponse: (handler) => handler,
        HttpResponseStream: { from: (stream, metadata) => { head = metadata; return stream; } },
      };
      const { handler } = await import(${JSON.stringify(`file://${folder}/index.mjs`)});
      const stream = new PassThrough();
      const body = text(stream);
      await handler(JSON.parse(process.argv[1]), stream, { getRemainingTimeInMillis: () => 900000 });
      process.stdout.write('\\n' + JSON.stringify({ head, body: await body }) + '\\n', () => process.exit());`;
    const env = {
      ...STORAGE_ENVIRONMENT,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      FIDUCIAL_CLUSTER: 'c',
      FIDUCIAL_SCORER_SERVICE: 's',
      FIDUCIAL_TRAINER_SERVICE: 't',
      FIDUCIAL_MAX_SCORERS: '1',
      FIDUCIAL_MAX_TRAINERS: '1',
      FIDUCIAL_IMAGES_PER_SCORER: '1',
    };
    const args = ['--input-type=module', '-e', program, JSON.stringify(event)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  }

  it('refuses who proves nothing, without asking storage', async () => {
    const { head, body } = await invoke(restEvent());
    expect(head.statusCode).toBe(401);
    expect(head.headers['content-type']).toContain('json');
    expect(JSON.parse(body).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  it('says nothing of its insides to a path that is not there', async () => {
    const { head } = await invoke(restEvent({ path: '/elsewhere' }));
    expect(head.statusCode).toBeGreaterThanOrEqual(400);
  });
});
