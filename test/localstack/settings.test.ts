import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOCALSTACK_VERSION, processEnvironment, SERVICES } from '../../localstack/settings.ts';
import { startLocalStack } from '../../localstack/start.ts';

const read = (name: string) => readFileSync(new URL(`../../localstack/${name}`, import.meta.url), 'utf8');

test('the container and the plain process are one version with one set of settings', () => {
  const compose = read('compose.yaml');
  expect(compose).toContain(`image: localstack/localstack:${LOCALSTACK_VERSION}\n`);
  expect(read('requirements.in')).toContain(`localstack-core[base-runtime]==${LOCALSTACK_VERSION}\n`);
  expect(read('requirements.txt')).toMatch(new RegExp(`^localstack-core\\S*==${LOCALSTACK_VERSION} `, 'm'));
  expect(compose).toContain(`SERVICES: ${SERVICES.join(',')}\n`);
  const own = processEnvironment('/folder', 4566);
  for (const name of [
    'SQS_ENDPOINT_STRATEGY',
    'S3_SKIP_SIGNATURE_VALIDATION',
    'STRICT_SERVICE_LOADING',
    'DISABLE_EVENTS',
  ]) {
    expect(compose).toMatch(new RegExp(`${name}: "?${own[name]}"?\n`));
  }
});

test('every requirement is locked by its hash, and names no host', () => {
  const lock = read('requirements.txt');
  const packages = lock.match(/^[a-z0-9][^=\n]*==\S+ \\$/gim) ?? [];
  expect(packages.length).toBeGreaterThan(50);
  expect(lock.match(/==/g)?.length).toBe(packages.length);
  expect(lock).not.toMatch(/https?:\/\/|index-url/);
});

test('an endpoint that is given and does not answer is not waited for beyond its limit, nor replaced', async () => {
  const started = startLocalStack({ environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, readyTimeoutMs: 300 });
  await expect(started).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
