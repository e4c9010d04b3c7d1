/**
 * Buckets and queues of a test's own on the run's LocalStack, linked as the storage stack links them (commits are
 * announced to the plan queue, queues have dead letters), without the ten seconds that a deployment takes.
 */
import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { MAX_RECEIVES } from '../../cdk/sizes.ts';
import { uploadKeys } from '../../domain/keys.ts';
import { readStorageConfig } from '../../functions/config.ts';
import { CREDENTIALS } from '../../localstack/settings.ts';
import { type AwsClients, makeClients } from '../../storage/aws/clients.ts';
import { type AwsConfig, type AwsStorage, openAws } from '../../storage/aws/index.ts';

export interface LocalStackStorage extends AwsStorage {
  /** What a process of functions/ reads to find it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** To be closed. `maxReceives` until a message is a dead letter. Default: as deployed. */
export async function localStackStorage(config: AwsConfig, maxReceives = MAX_RECEIVES): Promise<LocalStackStorage> {
  const id = `t${randomBytes(4).toString('hex')}`;
  const clients = makeClients(config);
  try {
    const [plan, score, train, ...buckets] = await Promise.all([
      makeQueue(clients, `${id}-plan`, maxReceives),
      makeQueue(clients, `${id}-score`, maxReceives),
      makeQueue(clients, `${id}-train`, maxReceives),
      ...['uploads', 'results', 'models'].map((name) => makeBucket(clients, `${id}-${name}`)),
    ]);
    const [uploads, results, models] = buckets;
    await announceCommits(clients, uploads!, plan!.arn);
    const environment = {
      PATH: process.env.PATH ?? '',
      AWS_REGION: config.region,
      AWS_ENDPOINT_URL: config.endpoint ?? '',
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      FIDUCIAL_STAGE: 'test',
      FIDUCIAL_UPLOADS_BUCKET: uploads!,
      FIDUCIAL_RESULTS_BUCKET: results!,
      FIDUCIAL_MODELS_BUCKET: models!,
      FIDUCIAL_PLAN_QUEUE_URL: plan!.url,
      FIDUCIAL_PLAN_DEAD_LETTERS_URL: plan!.deadLettersUrl,
      FIDUCIAL_SCORE_QUEUE_URL: score!.url,
      FIDUCIAL_SCORE_DEAD_LETTERS_URL: score!.deadLettersUrl,
      FIDUCIAL_TRAIN_QUEUE_URL: train!.url,
      FIDUCIAL_TRAIN_DEAD_LETTERS_URL: train!.deadLettersUrl,
    };
    const read = readStorageConfig(environment);
    return { ...openAws({ ...read, credentials: CREDENTIALS }, read), environment };
  } finally {
    clients.close();
  }
}

async function makeBucket({ s3 }: AwsClients, Bucket: string): Promise<string> {
  await s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

/** With its dead letters. */
export async function makeQueue({ sqs }: AwsClients, name: string, maxReceiveCount: number) {
  const make = async (QueueName: string, Attributes = {}) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
  const arnOf = async (QueueUrl: string) =>
    (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }))).Attributes!.QueueArn!;
  const deadLettersUrl = await make(`${name}-dead`);
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: await arnOf(deadLettersUrl),
    maxReceiveCount,
  });
  const url = await make(name, { RedrivePolicy });
  return { url, deadLettersUrl, arn: await arnOf(url) };
}

/** Its first message is the test event. */
async function announceCommits({ s3 }: AwsClients, Bucket: string, QueueArn: string): Promise<void> {
  const FilterRules = [{ Name: 'prefix' as const, Value: uploadKeys.commits }];
  const configuration = { QueueArn, Events: ['s3:ObjectCreated:*' as const], Filter: { Key: { FilterRules } } };
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { QueueConfigurations: [configuration] },
    }),
  );
}
