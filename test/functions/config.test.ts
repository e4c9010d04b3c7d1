import { beforeAll, describe, expect, it } from 'vitest';
import * as sizes from '../../cdk/sizes.ts';
import {
  readApiConfig,
  readOptionalWakeConfig,
  readStorageConfig,
  readWakeConfig,
  readWorkerConfig,
} from '../../functions/config.ts';
import { METRICS } from '../../functions/metrics.ts';
import { ofType, synthesize, type Templates } from '../cdk/synthesize.ts';
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

  it('refuses a provider and a backend that do not exist', () => {
    expect(() => readWorkerConfig({ FIDUCIAL_PROVIDER: 'rocm' })).toThrow(/FIDUCIAL_PROVIDER/);
    expect(() => readWorkerConfig({ FIDUCIAL_BACKEND: 'torch' })).toThrow(/FIDUCIAL_BACKEND/);
  });
});

describe('the environment that the CDK writes', () => {
  let templates: Templates;
  beforeAll(() => {
    templates = synthesize({ oidcIssuer: 'https://issuer.example.org', oidcAudience: 'fiducial' });
  }, 60_000);

  /** Values of templates are references: their place is taken by what they will be. */
  const resolved = (variables: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(variables).map(([key, value]) => {
        if (typeof value === 'string') return [key, value];
        return [
          key,
          key in STORAGE_ENVIRONMENT ? STORAGE_ENVIRONMENT[key as keyof typeof STORAGE_ENVIRONMENT] : 'a-name',
        ];
      }),
    );

  it('is what each Lambda reads', () => {
    const functions = ofType(templates.api, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(4);
    for (const [id, { Properties }] of functions) {
      const environment = resolved(Properties.Environment.Variables);
      expect(readStorageConfig(environment), id).toMatchObject({ stage: 'dev' });
      expect(readWakeConfig(environment), id).toMatchObject({ scorer: { max: 4 }, imagesPerScorer: 150_000 });
    }
    const api = functions.find(([id]) => id.startsWith('ApiFunction'))!;
    expect(readApiConfig(resolved(api[1].Properties.Environment.Variables)).oidc).toMatchObject({
      audience: 'fiducial',
    });
  });

  it('is what each container reads', () => {
    for (const [, { Properties }] of ofType(templates.compute, 'AWS::ECS::TaskDefinition')) {
      const pairs = Properties.ContainerDefinitions[0].Environment as { Name: string; Value: unknown }[];
      const environment = resolved(Object.fromEntries(pairs.map(({ Name, Value }) => [Name, Value])));
      expect(readStorageConfig(environment)).toMatchObject({ stage: 'dev' });
      expect(readWorkerConfig(environment).temporaryFolder).toBe('/tmp');
    }
  });

  it('and the metrics that its alarms and scaling rules read are those that are sent', () => {
    expect(METRICS).toEqual(sizes.METRICS);
  });
});
