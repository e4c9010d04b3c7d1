/**
 * What a role may do, one call a sentence. The CDK's own `grantRead` and `grantWrite` give `s3:GetObject*`,
 * `s3:List*` and more; these give the actions that the adapters of storage/aws really send, on the prefixes they use.
 */
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { modelKeys } from '../domain/keys.ts';
import { acknowledgeResources } from './acknowledge.ts';

type Objects = 'read' | 'write' | 'delete';

/** Of any project: what domain/keys.ts calls trainings, and models. */
export const TRAINING_KEYS = `${modelKeys.trainings('*')}*`;
export const MODEL_KEYS = `${modelKeys.models('*')}*`;

const OBJECT_ACTIONS: Record<Objects, readonly string[]> = {
  read: ['s3:GetObject'],
  // Aborting belongs to writing: a failed upload in parts must not leave parts behind.
  write: ['s3:PutObject', 's3:AbortMultipartUpload'],
  delete: ['s3:DeleteObject'],
};

/**
 * Keys of all projects: a role can't know which tenants there will be. The API checks projects, one by one. `keys` is a
 * pattern, all by default.
 */
export function allowObjects(role: iam.IRole, bucket: s3.IBucket, operations: readonly Objects[], keys = '*'): void {
  const actions = operations.flatMap((operation) => OBJECT_ACTIONS[operation]);
  const resources = [bucket.arnForObjects(keys)];
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources }));
  acknowledgeResources(role, resources, 'Keys of this one bucket: they are made as batches, runs and models are.');
}

export function allowListing(role: iam.IRole, bucket: s3.IBucket): void {
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
}

export function allowSending(role: iam.IRole, ...queues: sqs.IQueue[]): void {
  allowQueue(role, ['sqs:SendMessage'], queues);
}

export function allowConsuming(role: iam.IRole, ...queues: sqs.IQueue[]): void {
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];
  allowQueue(role, actions, queues);
}

export function allowCounting(role: iam.IRole, ...queues: sqs.IQueue[]): void {
  allowQueue(role, ['sqs:GetQueueAttributes'], queues);
}

function allowQueue(role: iam.IRole, actions: string[], queues: readonly sqs.IQueue[]): void {
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: queues.map((queue) => queue.queueArn) }));
}

/** Raising (and, by the sweep, lowering) the number of a service's workers. */
export function allowWaking(role: iam.IRole, ...serviceArns: string[]): void {
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({ actions: ['ecs:DescribeServices', 'ecs:UpdateService'], resources: serviceArns }),
  );
}
