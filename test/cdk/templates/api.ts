import { describe, expect, it } from 'vitest';
import { PAGE_FOR_PATHS } from '../../../cdk/constructs/dashboardSite.ts';
import { LEASE_SECONDS } from '../../../cdk/sizes.ts';
import { ofType, only, type Templates } from '../synthesize.ts';

export function apiTests(templates: () => Templates): void {
  describe('the API stack', () => {
    const functions = () => ofType(templates().api, 'AWS::Lambda::Function');

    it('runs four Lambdas on Node 24 and Arm, each with a role and a log of its own that ends', () => {
      expect(functions()).toHaveLength(4);
      for (const [, { Properties }] of functions()) {
        expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
        expect(Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', LogGroup: expect.anything() });
      }
      expect(new Set(functions().map(([, { Properties }]) => JSON.stringify(Properties.Role))).size).toBe(4);
      for (const [, { Properties }] of ofType(templates().api, 'AWS::Logs::LogGroup')) {
        expect(Properties.RetentionInDays).toBe(90);
      }
    });

    it('hands a failed message back alone, and ends before its lease does', () => {
      const sources = ofType(templates().api, 'AWS::Lambda::EventSourceMapping');
      expect(sources).toHaveLength(3);
      for (const [, { Properties }] of sources) {
        expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
        expect(Properties.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
      }
      expect(only(templates().api, 'AWS::Lambda::Function', 'DeadLetters').Properties.Timeout).toBeLessThan(
        LEASE_SECONDS,
      );
      const plan = only(templates().storage, 'AWS::SQS::Queue', 'PlanQueue').Properties.VisibilityTimeout;
      expect(only(templates().api, 'AWS::Lambda::Function', 'Plan').Properties.Timeout).toBeLessThan(plan);
    });

    it('sweeps every hour', () => {
      expect(only(templates().api, 'AWS::Scheduler::Schedule').Properties.ScheduleExpression).toBe('rate(1 hour)');
    });

    it('streams GraphQL from a regional REST API for up to fifteen minutes, throttled and logged', () => {
      const { api } = templates();
      expect(only(api, 'AWS::ApiGateway::RestApi').Properties.EndpointConfiguration.Types).toEqual(['REGIONAL']);
      const methods = ofType(api, 'AWS::ApiGateway::Method');
      expect(methods.map(([, { Properties }]) => Properties.HttpMethod).sort()).toEqual(['GET', 'OPTIONS', 'POST']);
      for (const [, { Properties }] of methods) {
        expect(Properties.Integration).toMatchObject({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 });
        expect(JSON.stringify(Properties.Integration.Uri)).toContain('response-streaming-invocations');
      }
      const stage = only(api, 'AWS::ApiGateway::Stage').Properties;
      expect(stage.AccessLogSetting.DestinationArn).toBeDefined();
      expect(stage.MethodSettings[0]).toMatchObject({
        LoggingLevel: 'ERROR',
        DataTraceEnabled: false,
        ThrottlingRateLimit: 200,
        ThrottlingBurstLimit: 400,
      });
    });

    it('serves the dashboard from a private bucket, over HTTPS, with a policy that runs only its own scripts', () => {
      const { api } = templates();
      const { DistributionConfig: config } = only(api, 'AWS::CloudFront::Distribution').Properties;
      expect(config.DefaultCacheBehavior.ViewerProtocolPolicy).toBe('redirect-to-https');
      expect(config.CacheBehaviors[0]).toMatchObject({ PathPattern: '/graphql', ViewerProtocolPolicy: 'https-only' });
      expect(config.Logging.Prefix).toBe('cloudfront/');
      expect(ofType(api, 'AWS::CloudFront::OriginAccessControl')).toHaveLength(1);
      const headers = only(api, 'AWS::CloudFront::ResponseHeadersPolicy').Properties.ResponseHeadersPolicyConfig;
      const policy = JSON.stringify(headers.SecurityHeadersConfig.ContentSecurityPolicy);
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toMatch(/unsafe-(inline|eval)/);
      for (const [, { Properties }] of ofType(api, 'AWS::S3::Bucket')) {
        expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
      }
    });

    it('answers paths of the dashboard with its page, and leaves files and the API’s refusals as they are', () => {
      const handler = new Function(`${PAGE_FOR_PATHS}; return handler;`)() as (event: unknown) => { uri: string };
      const uri = (path: string) => handler({ request: { uri: path } }).uri;
      expect(uri('/')).toBe('/index.html');
      expect(uri('/runs/b1-20261124.abc')).toBe('/index.html');
      expect(uri('/main-2NCQHFY4.js')).toBe('/main-2NCQHFY4.js');
      const { DistributionConfig } = only(templates().api, 'AWS::CloudFront::Distribution').Properties;
      expect(DistributionConfig.CustomErrorResponses).toBeUndefined();
      expect(DistributionConfig.CacheBehaviors[0].FunctionAssociations).toBeUndefined();
    });
  });
}
