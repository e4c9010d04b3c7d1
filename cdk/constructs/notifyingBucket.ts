/**
 * One link: a bucket tells a queue of each new object under a prefix.
 *
 * By the bucket's own property rather than `addEventNotification`, whose custom resource (a Lambda) neither LocalStack
 * without Docker nor a least-privilege account wants. S3 tries to send when the bucket is made, so the queue's policy
 * has to be there first; a policy that named the bucket would then be a cycle. So it names the account and a pattern.
 */
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { PrivateBucket, type PrivateBucketProps } from './privateBucket.ts';

export interface NotifyingBucketProps extends PrivateBucketProps {
  readonly queue: sqs.Queue;
  /** Keys that begin with this are announced. */
  readonly prefix: string;
  readonly suffix: string;
}

export class NotifyingBucket extends Construct {
  readonly bucket: s3.IBucket;

  constructor(scope: Construct, id: string, props: NotifyingBucketProps) {
    super(scope, id);
    const { queue, prefix, suffix } = props;
    this.bucket = new PrivateBucket(this, id, props).bucket;
    const stack = Stack.of(this);
    const policy = queue.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AnnouncementsOfOurBuckets',
        principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          // CloudFormation names a bucket <stack>-<logical id>-<random>, in lower case.
          ArnLike: { 'aws:SourceArn': `arn:${stack.partition}:s3:::${stack.stackName.toLowerCase()}-*` },
        },
      }),
    );
    const bucket = this.bucket.node.defaultChild as s3.CfnBucket;
    bucket.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: queue.queueArn,
          filter: {
            s3Key: {
              rules: [
                { name: 'prefix', value: prefix },
                { name: 'suffix', value: suffix },
              ],
            },
          },
        },
      ],
    };
    if (policy.policyDependable) this.bucket.node.addDependency(policy.policyDependable);
  }
}
