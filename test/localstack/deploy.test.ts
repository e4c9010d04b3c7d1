/** The storage stack as the CDK writes it, deployed to LocalStack and used through the storage ports. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DeployedStorage, deployStorage } from '../../localstack/deploy.ts';
import { type AwsStorage, openAws } from '../../storage/aws/index.ts';
import { type PlanMessage, parsePlanMessage } from '../../storage/events.ts';
import type { UploadPolicy } from '../../storage/ports.ts';
import { localStack } from '../localStack.ts';

const config = await localStack();
describe.skipIf(config === null)('the storage stack on LocalStack', () => {
  let deployed: DeployedStorage;
  let storage: AwsStorage;
  beforeAll(async () => {
    if (!config?.endpoint) return;
    deployed = await deployStorage(config.endpoint, `t${randomBytes(4).toString('hex')}`);
    storage = openAws(config, deployed.resources);
  });
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
      { timeout: 20_000 },
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

  test('buckets and queues are those that the processes of functions/ are told of', async () => {
    const { readStorageConfig } = await import('../../functions/config.ts');
    const read = readStorageConfig(deployed.environment);
    expect({ buckets: read.buckets, queues: read.queues }).toEqual(deployed.resources);
    expect(read.endpoint).toBe(config?.endpoint);
  });
});

function post(policy: UploadPolicy, key: string, body: string): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(policy.fields)) form.set(name, value);
  form.set('key', key);
  form.set('file', new Blob([body]));
  return fetch(policy.url, { method: 'POST', body: form });
}
