/** The few requests that deploy a template to LocalStack. AWS itself is deployed to by `cdk deploy`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { XMLParser } from 'fast-xml-parser';
import pRetry from 'p-retry';
import { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';
import { CREDENTIALS, REGION } from './settings.ts';

const POLL_MS = 200;
const TIMEOUT_MS = 120_000;

const outputSchema = z.object({ OutputKey: z.string(), OutputValue: z.coerce.string() });
const stackSchema = z.object({
  StackStatus: z.string(),
  StackStatusReason: z.string().optional(),
  Outputs: z.object({ member: z.array(outputSchema) }).optional(),
});
const describeSchema = z.object({
  DescribeStacksResponse: z.object({
    DescribeStacksResult: z.object({ Stacks: z.object({ member: z.array(stackSchema) }) }),
  }),
});
const bucketsSchema = z.object({
  ListAllMyBucketsResult: z.object({
    Buckets: z.union([z.literal(''), z.object({ Bucket: z.array(z.object({ Name: z.coerce.string() })) })]).optional(),
  }),
});
type Stack = z.infer<typeof stackSchema>;

const xml = new XMLParser({ isArray: (name) => name === 'member' || name === 'Bucket', parseTagValue: false });

/** Creates the stack, or takes the one that is there. Gives its outputs. */
export async function createStack(endpoint: string, name: string, body: string): Promise<Record<string, string>> {
  const existing = await describe(endpoint, name);
  if (!existing) {
    const parameters = { StackName: name, TemplateBody: body, 'Capabilities.member.1': 'CAPABILITY_IAM' };
    // Already there: an attempt of ours whose answer was lost.
    await call(endpoint, 'CreateStack', parameters, /AlreadyExists/);
  }
  for (const deadline = Date.now() + TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const stack = await describe(endpoint, name);
    if (stack?.StackStatus === 'CREATE_COMPLETE' || stack?.StackStatus === 'UPDATE_COMPLETE') return outputsOf(stack);
    if (stack && /FAILED|ROLLBACK|DELETE/.test(stack.StackStatus)) {
      const reason = stack.StackStatusReason ?? 'no reason given';
      throw new FiducialError('UNAVAILABLE', `Expected ${name} to be created, got ${stack.StackStatus}: ${reason}`);
    }
  }
  throw new FiducialError('UNAVAILABLE', `${name} was not created within ${TIMEOUT_MS} ms`);
}

export async function deleteStack(endpoint: string, name: string): Promise<void> {
  await call(endpoint, 'DeleteStack', { StackName: name });
}

export async function listBuckets(endpoint: string): Promise<string[]> {
  const response = await fetch(endpoint, { headers: { authorization: authorization('s3') } });
  const { Buckets } = bucketsSchema.parse(xml.parse(await response.text())).ListAllMyBucketsResult;
  return Buckets ? Buckets.Bucket.map((bucket) => bucket.Name) : [];
}

async function describe(endpoint: string, name: string): Promise<Stack | null> {
  const response = await send(endpoint, 'DescribeStacks', { StackName: name });
  const text = await response.text();
  if (response.status === 400 && /does not exist/.test(text)) return null;
  if (!response.ok) throw failed('DescribeStacks', response.status, text);
  return describeSchema.parse(xml.parse(text)).DescribeStacksResponse.DescribeStacksResult.Stacks.member[0] ?? null;
}

async function call(
  endpoint: string,
  action: string,
  parameters: Record<string, string>,
  asGood?: RegExp,
): Promise<void> {
  const response = await send(endpoint, action, parameters);
  if (response.ok) return;
  const text = await response.text();
  if (!asGood?.test(text)) throw failed(action, response.status, text);
}

/**
 * Sent again where the connection breaks: loading the CDK blocks this process for so long that LocalStack closes the
 * connection that its health was asked over, and the next request finds out by failing.
 */
function send(endpoint: string, action: string, parameters: Record<string, string>): Promise<Response> {
  const once = () =>
    fetch(endpoint, {
      method: 'POST',
      headers: { authorization: authorization('cloudformation') },
      body: new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters }),
      signal: AbortSignal.timeout(60_000),
    });
  return pRetry(once, { retries: 5, minTimeout: 100, randomize: true });
}

/** Names the service; LocalStack checks the signatures of S3 objects only. */
function authorization(service: string): string {
  const scope = `${CREDENTIALS.accessKeyId}/20260101/${REGION}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}

function outputsOf(stack: Stack): Record<string, string> {
  return Object.fromEntries((stack.Outputs?.member ?? []).map((one) => [one.OutputKey, one.OutputValue]));
}

function failed(action: string, status: number, text: string): FiducialError {
  return new FiducialError('UNAVAILABLE', `${action} on LocalStack: HTTP ${status}, ${text.slice(0, 500)}`);
}
