/** The same suite as the embedded adapters', against S3 and SQS as LocalStack plays them. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, describe } from 'vitest';
import { makeClients } from '../../../storage/aws/clients.ts';
import { SqsJobQueue } from '../../../storage/aws/jobQueue.ts';
import { S3ObjectStore } from '../../../storage/aws/objectStore.ts';
import { localStack } from '../../localStack.ts';
import { makeQueue } from '../../localstack/storage.ts';
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
  jobQueueContract('SQS', async (maxReceives) => {
    const name = `contract-${randomUUID()}`;
    return new SqsJobQueue({ name, ...(await makeQueue(clients, name, maxReceives)) }, clients.sqs);
  });
});
