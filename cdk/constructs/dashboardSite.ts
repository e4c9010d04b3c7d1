/**
 * The dashboard: files in a private bucket behind CloudFront, and the API under the same name at /graphql, so that a
 * page calls only where it came from. `npm run publish:dashboard` puts the files there (docs/operate.md).
 */
import { Duration, Stack } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Deployment } from '../config.ts';
import { AccessLogBucket } from './accessLogBucket.ts';
import { PrivateBucket } from './privateBucket.ts';

export const PAGE_FOR_PATHS = `function handler(event) {
  var request = event.request;
  if (!/\\.(css|html|ico|js|json|map|png|svg|wasm|woff2)$/.test(request.uri)) request.uri = '/index.html';
  return request;
}`;

export interface DashboardSiteProps {
  readonly deployment: Deployment;
  readonly api: apigateway.RestApi;
  /** Buckets that a page sends images to and shows images of, by signed forms and URLs. */
  readonly imageBuckets: readonly s3.IBucket[];
}

export class DashboardSite extends Construct {
  readonly bucket: s3.IBucket;
  readonly distribution: cloudfront.Distribution;

  constructor(scope: Construct, id: string, props: DashboardSiteProps) {
    super(scope, id);
    const { removalPolicy } = props.deployment;
    const logs = new AccessLogBucket(this, 'Logs', { removalPolicy, acls: true }).bucket;
    this.bucket = new PrivateBucket(this, 'Files', { removalPolicy, accessLogs: logs }).bucket;
    const responseHeadersPolicy = this.securityHeaders(props.imageBuckets);
    const https = cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS;
    this.distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: `Fiducial ${props.deployment.stage}: dashboard and API`,
      defaultRootObject: 'index.html',
      enableLogging: true,
      logBucket: logs,
      logFilePrefix: 'cloudfront/',
      defaultBehavior: {
        origin: origins.S3BucketOrigin.withOriginAccessControl(this.bucket),
        viewerProtocolPolicy: https,
        responseHeadersPolicy,
        compress: true,
        functionAssociations: [
          { eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: this.pageForPaths() },
        ],
      },
      additionalBehaviors: {
        '/graphql': {
          // The stage's name is part of the origin's path.
          origin: new origins.RestApiOrigin(props.api, { readTimeout: Duration.seconds(60) }),
          viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
          cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
          originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          compress: false, // a compressed stream would wait for more
        },
      },
    });
    this.acknowledgeChoices();
  }

  /**
   * Pages have paths of their own (/runs/...): the one page answers for all of them. Not by error responses, which would
   * also turn the API's 403 and 404 into that page.
   */
  private pageForPaths(): cloudfront.Function {
    return new cloudfront.Function(this, 'PageForPaths', {
      comment: 'Paths without the ending of a file are pages',
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      code: cloudfront.FunctionCode.fromInline(PAGE_FOR_PATHS),
    });
  }

  private securityHeaders(buckets: readonly s3.IBucket[]): cloudfront.ResponseHeadersPolicy {
    const images = buckets.map((bucket) => `https://${bucket.bucketRegionalDomainName}`).join(' ');
    const policy = [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "font-src 'self'",
      `img-src 'self' data: blob: ${images}`,
      `connect-src 'self' ${images}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; ');
    return new cloudfront.ResponseHeadersPolicy(this, 'Headers', {
      // CloudFront's names are one for all regions.
      responseHeadersPolicyName: `${Stack.of(this).stackName}-${Stack.of(this).region}`,
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: policy, override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: cloudfront.HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: cloudfront.HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
      },
    });
  }

  private acknowledgeChoices(): void {
    const choices: [string, string][] = [
      ['AwsSolutions-CFR1', 'No country is excluded: who may use it is decided by tokens.'],
      [
        'AwsSolutions-CFR2',
        'A web ACL costs more a month than the stack at rest; docs/operate.md says how to attach one.',
      ],
      [
        'AwsSolutions-CFR4',
        'The name *.cloudfront.net comes with its own certificate, whose TLS versions AWS chooses; a name of your own uses TLS 1.2 (2021).',
      ],
    ];
    for (const [rule, reason] of choices) acknowledge(this.distribution, [rule], reason);
  }
}
