/**
 * `npm run localstack -- --storage-only` as a user runs it, here on the LocalStack that the test run has already: the
 * storage stack as the CDK writes it, used through the storage ports.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readStorageConfig } from '../../functions/config.ts';
import { type AwsStorage, openAws } from '../../storage/aws/index.ts';
import { type PlanMessage, parsePlanMessage } from '../../storage/events.ts';
import type { UploadPolicy } from '../../storage/ports.ts';
import { localStack } from '../localStack.ts';

const UP = new URL('../../localstack/up.ts', import.meta.url).pathname;
/** Loading the CDK and creating the stack takes ten seconds, on a busy machine a minute. */
const DEPLOY_TIMEOUT_MS = 180_000;

function startUp(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [UP, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return { child, said: () => output };
}

test('a port that is none is a usage error: one line, exit code 2', async () => {
  const { child, said } = startUp(['--port', 'http'], {});
  expect((await once(child, 'close'))[0]).toBe(2);
  expect(said()).toBe('fiducial: Expected --port to be 0 to 65535, got http\n');
});

const config = await localStack();
describe.skipIf(config === null)('the storage stack on LocalStack', () => {
  const endpoint = config?.endpoint ?? '';
  const stage = `t${randomBytes(4).toString('hex')}`;
  let up: ChildProcess;
  let said: () => string;
  let storage: AwsStorage;

  beforeAll(async () => {
    ({ child: up, said } = startUp(['--storage-only', '--stage', stage], { AWS_ENDPOINT_URL: endpoint }));
    while (!/export FIDUCIAL_TRAIN_DEAD_LETTERS_URL=\S+\n/.test(said())) {
      if (up.exitCode !== null) throw new Error(said());
      await once(up.stderr as NonNullable<typeof up.stderr>, 'data');
    }
    const exported = Object.fromEntries(
      [...said().matchAll(/export (\w+)=(\S+)\n/g)].map(([, name, value]) => [name, value]),
    );
    // What it says is what the processes of functions/ read.
    const read = readStorageConfig(exported);
    storage = openAws({ ...read, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }, read);
  }, DEPLOY_TIMEOUT_MS);
  afterAll(async () => {
    await storage?.close();
  });

  test('a commit becomes a message on the plan queue, after the test event; other objects do not', async () => {
    const { uploads } = storage.stores;
    await uploads.put('default/batches/b/images/x.jpg', 'an image');
    await uploads.put('commits/default/b/c 1+ü.json', '{}');
    const messages: PlanMessage[] = [];
    await vi.waitUntil(
      async () => {
        const page = await storage.queues.plan.receive({ max: 10, waitSeconds: 1, leaseSeconds: 60 });
        messages.push(...page.map((message) => parsePlanMessage(message.body)));
        return messages.length >= 2;
      },
      { timeout: 120_000 },
    );
    expect(messages).toContainEqual({ kind: 'test' });
    expect(messages).toContainEqual({ kind: 'commits', keys: ['commits/default/b/c 1+ü.json'] });
    expect(messages).toHaveLength(2);
  });

  test('an upload by its policy arrives; one that is too large or outside its prefix does not', async () => {
    const { uploads } = storage.stores;
    const policy = await uploads.signUpload({
      keyPrefix: 'default/batches/b/images/',
      minBytes: 1,
      maxBytes: 10,
      expiresInSeconds: 60,
    });
    expect(policy.fields.key).toBeUndefined();
    expect((await post(policy, `${policy.keyPrefix}ok.jpg`, '0123456789')).ok).toBe(true);
    expect((await post(policy, `${policy.keyPrefix}large.jpg`, '01234567890')).status).toBe(400);
    expect((await post(policy, 'default/batches/other/images/x.jpg', 'x')).status).toBe(403);
    const { objects } = await uploads.list({ prefix: 'default/batches/' });
    expect(objects.map((object) => object.key)).toContain(`${policy.keyPrefix}ok.jpg`);
    expect(objects.filter((object) => /large|other/.test(object.key))).toEqual([]);
  });

  test('a signed URL gives its object, and no other', async () => {
    const { results } = storage.stores;
    await results.put('default/a b/ü.json', '{"n":1}');
    await results.put('default/secret.json', '{}');
    const url = await results.signDownload('default/a b/ü.json', 60);
    expect(await (await fetch(url)).text()).toBe('{"n":1}');
    expect((await fetch(url.replace(/default\/[^?]*/, 'default/secret.json'))).status).toBe(403);
  });

  test('it says where everything is, and on SIGINT ends without ending an endpoint that was given', async () => {
    expect(said()).toContain(`LocalStack answers at ${endpoint} (given)`);
    expect(said()).toContain(`export FIDUCIAL_UPLOADS_BUCKET=fiducial-${stage}-storage-`);
    up.kill('SIGINT');
    expect((await once(up, 'exit'))[0]).toBe(0);
    expect((await fetch(`${endpoint}/_localstack/health`)).ok).toBe(true);
  });
});

function post(policy: UploadPolicy, key: string, body: string): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(policy.fields)) form.set(name, value);
  form.set('key', key);
  form.set('file', new Blob([body]));
  return fetch(policy.url, { method: 'POST', body: form });
}
