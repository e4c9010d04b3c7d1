/** The same suite as the embedded adapters', against S3 and SQS as LocalStack plays them. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, describe } from 'vitest';
import { type AwsClients, makeClients } from '../../../storage/aws/clients.ts';
import { SqsJobQueue } from '../../../storage/aws/jobQueue.ts';
import { S3ObjectStore } from '../../../storage/aws/objectStore.ts';
import { localStack } from '../../localStack.ts';
import { jobQueueContract } from '../contract/jobQueue.ts';
import { objectStoreContract } from '../contract/objectStore.ts';

const config = await localStack();
describe.skipIf(config === null)('on LocalStack', () => {
  if (!config) return;
  const clients = makeClients(config);
  afterAll(() => clients.close());
  const bucket = `contract-${randomUUID()}`;
  const made = clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));

  objectStoreContract('S3', async () => {
    await made;
    return { store: new S3ObjectStore(bucket, clients.s3, { encodeListings: false }), prefix: `${randomUUID()}/` };
  });
  jobQueueContract('SQS', (maxReceives) => makeQueue(clients, maxReceives));
});

async function makeQueue({ sqs }: AwsClients, maxReceives: number): Promise<SqsJobQueue> {
  const name = `contract-${randomUUID()}`;
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead` }));
  const deadLettersUrl = dead.QueueUrl ?? '';
  const attributes = new GetQueueAttributesCommand({ QueueUrl: deadLettersUrl, AttributeNames: ['QueueArn'] });
  const deadLetterTargetArn = (await sqs.send(attributes)).Attributes?.QueueArn;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: maxReceives });
  const queue = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { RedrivePolicy } }));
  return new SqsJobQueue({ name, url: queue.QueueUrl ?? '', deadLettersUrl }, sqs);
}
