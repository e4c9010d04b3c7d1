/**
 * Buckets and queues: all the state there is. This stack is deployed unchanged to LocalStack and to AWS, so it holds
 * no Lambda and no custom resource.
 */
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { uploadKeys } from '../../domain/keys.ts';
import type { Deployment } from '../config.ts';
import { AccessLogBucket } from '../constructs/accessLogBucket.ts';
import { NotifyingBucket } from '../constructs/notifyingBucket.ts';
import { PrivateBucket } from '../constructs/privateBucket.ts';
import { QueueWithDeadLetters } from '../constructs/queueWithDeadLetters.ts';
import { LEASE_SECONDS, PLAN_TIMEOUT_SECONDS } from '../sizes.ts';

export interface StorageStackProps extends StackProps {
  readonly deployment: Deployment;
}

export class StorageStack extends Stack {
  readonly uploads: s3.IBucket;
  readonly results: s3.IBucket;
  readonly models: s3.IBucket;
  readonly plan: QueueWithDeadLetters;
  readonly score: QueueWithDeadLetters;
  readonly train: QueueWithDeadLetters;

  constructor(scope: Construct, id: string, props: StorageStackProps) {
    super(scope, id, props);
    const { removalPolicy, dashboardOrigins, uploadsExpireDays } = props.deployment;

    this.plan = new QueueWithDeadLetters(this, 'Plan', {
      // Longer than the planner runs, so that no second one starts beside it.
      visibilityTimeout: Duration.seconds(PLAN_TIMEOUT_SECONDS + 60),
    });
    this.score = new QueueWithDeadLetters(this, 'Score', { visibilityTimeout: Duration.seconds(LEASE_SECONDS) });
    this.train = new QueueWithDeadLetters(this, 'Train', { visibilityTimeout: Duration.seconds(LEASE_SECONDS) });

    const accessLogs = new AccessLogBucket(this, 'AccessLogs', { removalPolicy }).bucket;
    const common = { removalPolicy, accessLogs, corsOrigins: dashboardOrigins };
    this.uploads = new NotifyingBucket(this, 'Uploads', {
      ...common,
      expireDays: uploadsExpireDays,
      queue: this.plan.queue,
      prefix: uploadKeys.commits,
      suffix: '.json',
    }).bucket;
    this.results = new PrivateBucket(this, 'Results', common).bucket;
    // Only models are versioned: uploads and results show faces, and what is deleted there must be gone.
    this.models = new PrivateBucket(this, 'Models', { ...common, versioned: true }).bucket;
    this.writeOutputs();
  }

  /** What processes outside of CDK (LocalStack, the CLI, docs/operate.md) need to find their way. */
  private writeOutputs(): void {
    const outputs = {
      UploadsBucket: this.uploads.bucketName,
      ResultsBucket: this.results.bucketName,
      ModelsBucket: this.models.bucketName,
      PlanQueueUrl: this.plan.queue.queueUrl,
      PlanDeadLettersUrl: this.plan.deadLetters.queueUrl,
      ScoreQueueUrl: this.score.queue.queueUrl,
      ScoreDeadLettersUrl: this.score.deadLetters.queueUrl,
      TrainQueueUrl: this.train.queue.queueUrl,
      TrainDeadLettersUrl: this.train.deadLetters.queueUrl,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
