import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { readDeployment } from '../../cdk/config.ts';

const require = createRequire(import.meta.url);

describe('the CDK context', () => {
  it('needs nothing: the default is a GPU stage named dev on spot machines', () => {
    expect(readDeployment({})).toMatchObject({
      stage: 'dev',
      compute: 'gpu',
      instanceTypes: ['g4dn.*', 'g5.*', 'g6.*'],
      spot: true,
      removalPolicy: 'retain',
    });
  });

  it('takes values as `-c key=value` gives them, and as cdk.json does', () => {
    const expected = { maxScorers: 8, spot: false, zones: ['eu-west-1a', 'eu-west-1b'], instanceTypes: ['g5.xlarge'] };
    expect(
      readDeployment({ maxScorers: '8', spot: 'false', zones: 'eu-west-1a,eu-west-1b', instanceTypes: 'g5.xlarge' }),
    ).toMatchObject(expected);
    expect(readDeployment(expected)).toMatchObject(expected);
  });

  it('leaves the CDK’s own keys alone, and refuses a misspelt one of ours', () => {
    expect(readDeployment({ '@aws-cdk/core:x': true, 'aws:cdk:bundling-stacks': [] }).stage).toBe('dev');
    expect(() => readDeployment({ stagee: 'prod' })).toThrow(/Expected context keys among stage, .*; got stagee/);
  });

  it.each([
    [{ compute: 'tpu' }, /compute: .*"tpu"/],
    [{ stage: 'Prod' }, /stage: expected 1 to 12 of a-z 0-9.*"Prod"/],
    [{ maxScorers: '0' }, /maxScorers: .*"0"/],
    [{ instanceTypes: 'p5.48xlarge' }, /expected types of g4dn, g5, g6 with compute=gpu, got p5.48xlarge/],
    [{ instanceTypes: 'g5g.xlarge' }, /got g5g.xlarge/],
    [{ compute: 'cpu', instanceTypes: 'g5.xlarge' }, /expected types of c6i, c7i, m6i, m7i with compute=cpu/],
    [{ oidcIssuer: 'http://issuer.example.org', oidcAudience: 'fiducial' }, /oidcIssuer: expected an https:\/\/ URL/],
    [{ oidcIssuer: 'https://issuer.example.org' }, /oidcAudience: expected oidcIssuer and oidcAudience together/],
    [{ dashboardOrigins: 'https://a.example.org/path' }, /dashboardOrigins: expected https:\/\/HOST without a path/],
    [{ dashboardOrigins: '*' }, /dashboardOrigins/],
    [{ alarmEmail: 'nobody' }, /alarmEmail/],
    [{ removalPolicy: 'keep' }, /removalPolicy/],
    [{ monthlyBudgetUsd: '-1' }, /monthlyBudgetUsd/],
  ])('says what it expected and what it got: %j', (context, message) => {
    expect(() => readDeployment(context)).toThrow(message);
  });

  it('has the feature flags that `cdk init` recommends for this version', () => {
    const recommended = require('aws-cdk-lib/recommended-feature-flags.json');
    expect(JSON.parse(readFileSync('cdk.json', 'utf8')).context).toMatchObject(recommended);
  });
});
