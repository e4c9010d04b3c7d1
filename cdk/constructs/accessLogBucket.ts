/** Where the other buckets write who asked them for what. Kept 90 days. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Deployment } from '../config.ts';

const KEPT_DAYS = 90;

export interface AccessLogBucketProps {
  readonly removalPolicy: Deployment['removalPolicy'];
  /** CloudFront's standard logging writes with an ACL; S3's own access logs need none. */
  readonly acls?: boolean;
}

export class AccessLogBucket extends Construct {
  readonly bucket: s3.IBucket;

  constructor(scope: Construct, id: string, props: AccessLogBucketProps) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: props.acls
        ? s3.ObjectOwnership.BUCKET_OWNER_PREFERRED
        : s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: props.removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [
        {
          id: 'expire-logs',
          expiration: Duration.days(KEPT_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(2),
        },
      ],
    }) as s3.IBucket;
    acknowledge(
      this.bucket,
      ['AwsSolutions-S1'],
      'It holds the access logs of the other buckets; logging itself into itself would never end.',
    );
  }
}
