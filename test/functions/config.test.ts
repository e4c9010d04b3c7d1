import { describe, expect, it } from 'vitest';
import { readApiConfig, readOptionalWakeConfig, readStorageConfig, readWorkerConfig } from '../../functions/config.ts';
import { STORAGE_ENVIRONMENT } from './environment.ts';

describe('the environment of processes on AWS', () => {
  it('names the key that is missing, and every key that is wrong, with what was expected and got', () => {
    const { FIDUCIAL_SCORE_QUEUE_URL: _, ...without } = STORAGE_ENVIRONMENT;
    expect(() => readStorageConfig({ ...without, FIDUCIAL_UPLOADS_BUCKET: 'Not A Bucket' })).toThrow(
      /FIDUCIAL_UPLOADS_BUCKET: expected the name of a bucket, got "Not A Bucket"; FIDUCIAL_SCORE_QUEUE_URL: expected the URL of a queue.*, got nothing/,
    );
  });

  it('takes an identity provider whole or not at all', () => {
    expect(readApiConfig({}).oidc).toBeNull();
    expect(() => readApiConfig({ FIDUCIAL_OIDC_ISSUER: 'https://issuer.example.org' })).toThrow(
      /FIDUCIAL_OIDC_AUDIENCE/,
    );
  });

  it('has no services to wake outside of ECS', () => {
    expect(readOptionalWakeConfig({})).toBeNull();
    expect(() => readOptionalWakeConfig({ FIDUCIAL_CLUSTER: 'c' })).toThrow(/FIDUCIAL_SCORER_SERVICE/);
  });

  it('takes shards by their images unless it is told how many', () => {
    expect(readWorkerConfig({}).shardsAtOnce).toBeNull();
    expect(readWorkerConfig({ FIDUCIAL_SHARDS_AT_ONCE: '5' }).shardsAtOnce).toBe(5);
    for (const wrong of ['0', '11', 'many']) {
      expect(() => readWorkerConfig({ FIDUCIAL_SHARDS_AT_ONCE: wrong })).toThrow(/FIDUCIAL_SHARDS_AT_ONCE/);
    }
  });

  it('has a lease of a minute, and takes one that SQS can hold', () => {
    expect(readWorkerConfig({}).leaseSeconds).toBe(60);
    expect(readWorkerConfig({ FIDUCIAL_LEASE_SECONDS: '10' }).leaseSeconds).toBe(10);
    for (const wrong of ['0', '43201', 'long']) {
      expect(() => readWorkerConfig({ FIDUCIAL_LEASE_SECONDS: wrong })).toThrow(/FIDUCIAL_LEASE_SECONDS/);
    }
  });

  it('refuses a provider and a backend that do not exist', () => {
    expect(() => readWorkerConfig({ FIDUCIAL_PROVIDER: 'rocm' })).toThrow(/FIDUCIAL_PROVIDER/);
    expect(() => readWorkerConfig({ FIDUCIAL_BACKEND: 'torch' })).toThrow(/FIDUCIAL_BACKEND/);
  });
});
