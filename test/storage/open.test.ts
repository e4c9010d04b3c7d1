import { expect, onTestFinished, test } from 'vitest';
import { openStorage, storageConfigSchema } from '../../storage/open.ts';
import { temporaryFolder } from './folders.ts';

const urls = { url: 'http://127.0.0.1:4566/q', deadLettersUrl: 'http://127.0.0.1:4566/d' };
const aws = {
  kind: 'aws',
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:4566',
  buckets: { uploads: 'u', results: 'r', models: 'm' },
  queues: { plan: urls, score: urls, train: urls },
} as const;

test('storage opens by a value that went through JSON', async () => {
  const config = storageConfigSchema.parse(
    JSON.parse(JSON.stringify({ kind: 'embedded', folder: await temporaryFolder() })),
  );
  const storage = await openStorage(config, () => 'http://127.0.0.1:1');
  onTestFinished(() => storage.close());
  await storage.stores.results.put('k', 'v');
  expect(storage.signer).not.toBeNull();
  expect(await storage.stores.results.signDownload('k', 60)).toMatch(/^http:\/\/127\.0\.0\.1:1\/storage\/results\/k\?/);
});

test('on AWS nothing is asked at the start, and S3 itself takes uploads', async () => {
  const storage = await openStorage(storageConfigSchema.parse(JSON.parse(JSON.stringify(aws))));
  onTestFinished(() => storage.close());
  expect(storage.signer).toBeNull();
  expect(storage.stores.uploads.bucket).toBe('u');
  expect(storage.queues.train.deadLetters?.name).toBe('train-dead');
});

test('a value that is neither is refused', () => {
  expect(storageConfigSchema.safeParse({ kind: 'ftp' }).success).toBe(false);
  expect(storageConfigSchema.safeParse({ ...aws, endpoint: 'nowhere' }).success).toBe(false);
});
