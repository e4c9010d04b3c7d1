/** A bucket that nobody reaches but by a role or a signed URL. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Deployment } from '../config.ts';

export interface PrivateBucketProps {
  readonly removalPolicy: Deployment['removalPolicy'];
  readonly accessLogs: s3.IBucket;
  /** Origins whose pages may send forms to it and read signed URLs. Empty: none. */
  readonly corsOrigins?: readonly string[];
  /** Keeps what was overwritten or deleted for 30 days. Not for personal data: there, deleted is deleted. */
  readonly versioned?: boolean;
  readonly expireDays?: number | undefined;
}

export class PrivateBucket extends Construct {
  readonly bucket: s3.IBucket;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    // The CDK's classes say `boolean | undefined` where their interfaces say `boolean?`, which is not the same here.
    this.bucket = new s3.Bucket(this, 'Bucket', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: props.versioned ?? false,
      removalPolicy: props.removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
      lifecycleRules: lifecycleRules(props),
      ...(props.corsOrigins?.length ? { cors: [corsRule(props.corsOrigins)] } : {}),
    }) as s3.IBucket;
  }
}

function lifecycleRules(props: PrivateBucketProps): s3.LifecycleRule[] {
  const rules: s3.LifecycleRule[] = [
    { id: 'abandoned-multipart-uploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
  ];
  if (props.versioned) {
    rules.push({
      id: 'old-versions',
      noncurrentVersionExpiration: Duration.days(30),
      expiredObjectDeleteMarker: true,
    });
  }
  if (props.expireDays) rules.push({ id: 'expire', expiration: Duration.days(props.expireDays) });
  return rules;
}

function corsRule(origins: readonly string[]): s3.CorsRule {
  return {
    allowedMethods: [s3.HttpMethods.POST, s3.HttpMethods.GET, s3.HttpMethods.HEAD],
    allowedOrigins: [...origins],
    allowedHeaders: ['content-type', 'range', 'x-amz-*'],
    exposedHeaders: ['ETag', 'Content-Range'],
    maxAge: 3600,
  };
}
