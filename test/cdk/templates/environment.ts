import { describe, expect, it } from 'vitest';
import * as sizes from '../../../cdk/sizes.ts';
import { readApiConfig, readStorageConfig, readWakeConfig, readWorkerConfig } from '../../../functions/config.ts';
import { METRICS } from '../../../functions/metrics.ts';
import { STORAGE_ENVIRONMENT } from '../../functions/environment.ts';
import { ofType, type Templates } from '../synthesize.ts';

/** Values of templates are references: their place is taken by what they will be. */
function resolved(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  const known: Readonly<Record<string, string>> = STORAGE_ENVIRONMENT;
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : (known[key] ?? 'a-name'),
    ]),
  );
}

export function environmentTests(templates: () => Templates): void {
  describe('the environment that the CDK writes', () => {
    it('is what each Lambda reads', () => {
      const functions = ofType(templates().api, 'AWS::Lambda::Function');
      expect(functions).toHaveLength(4);
      for (const [id, { Properties }] of functions) {
        const environment = resolved(Properties.Environment.Variables);
        expect(readStorageConfig(environment), id).toMatchObject({ stage: 'dev' });
        expect(readWakeConfig(environment), id).toMatchObject({ scorer: { max: 4 }, imagesPerScorer: 150_000 });
      }
      const api = functions.find(([id]) => id.startsWith('ApiFunction'))!;
      expect(readApiConfig(resolved(api[1].Properties.Environment.Variables))).toEqual({
        oidc: {
          issuer: 'https://issuer.example.org',
          audience: 'fiducial',
          jwksUri: 'https://issuer.example.org/.well-known/jwks.json',
        },
        origins: ['https://faces.example.org'],
      });
    });

    it('is what each container reads', () => {
      for (const [, { Properties }] of ofType(templates().compute, 'AWS::ECS::TaskDefinition')) {
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
}
