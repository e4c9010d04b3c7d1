/** What answers and what reacts: GraphQL, the planner, the dead letters, the sweep, and the dashboard's files. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Deployment } from '../config.ts';
import { DashboardSite } from '../constructs/dashboardSite.ts';
import { HourlyHandler } from '../constructs/hourlyHandler.ts';
import { NodeFunction, type NodeFunctionProps } from '../constructs/nodeFunction.ts';
import { QueueHandler } from '../constructs/queueHandler.ts';
import { StreamingApi } from '../constructs/streamingApi.ts';
import { apiEnvironment, storageEnvironment, wakeEnvironment } from '../environment.ts';
import { allowCounting, allowListing, allowObjects, allowSending, allowWaking, TRAINING_KEYS } from '../grants.ts';
import { DEAD_LETTERS_TIMEOUT_SECONDS, PLAN_TIMEOUT_SECONDS } from '../sizes.ts';
import type { ComputeStack } from './compute.ts';
import type { StorageStack } from './storage.ts';

export interface ApiStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly storage: StorageStack;
  readonly compute: ComputeStack;
}

export class ApiStack extends Stack {
  readonly plan: NodeFunction;
  readonly deadLetters: NodeFunction;
  readonly sweep: NodeFunction;
  readonly graphql: NodeFunction;
  readonly api: StreamingApi;
  readonly dashboard: DashboardSite;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    this.plan = this.addPlanner(props);
    this.deadLetters = this.addDeadLetters(props);
    this.sweep = this.addSweep(props);
    this.graphql = this.addGraphql(props);
    const { deployment, storage } = props;
    this.api = new StreamingApi(this, 'Graphql', { deployment, handler: this.graphql });
    this.dashboard = new DashboardSite(this, 'Dashboard', {
      deployment,
      api: this.api.api,
      imageBuckets: [storage.uploads, storage.results, storage.models],
    });
    new CfnOutput(this, 'GraphqlUrl', { value: `${this.api.api.url}graphql` });
    new CfnOutput(this, 'DashboardUrl', { value: `https://${this.dashboard.distribution.distributionDomainName}` });
    new CfnOutput(this, 'DashboardBucket', { value: this.dashboard.bucket.bucketName });
  }

  private add(
    id: string,
    { deployment, storage, compute }: ApiStackProps,
    rest: Omit<NodeFunctionProps, 'deployment'>,
  ): NodeFunction {
    const environment = {
      ...storageEnvironment(storage, deployment),
      ...wakeEnvironment(compute, deployment),
      ...rest.environment,
    };
    return new NodeFunction(this, id, { ...rest, deployment, environment });
  }

  private addPlanner(props: ApiStackProps): NodeFunction {
    const { storage, compute } = props;
    const handler = this.add('Plan', props, {
      entry: 'plan',
      description: 'Plans a batch into shards, and wakes the scorers',
      timeoutSeconds: PLAN_TIMEOUT_SECONDS,
      memoryMiB: 1024,
      environment: {},
    });
    // One message at a time: a batch of a million images takes a while, and must not hold up its neighbour.
    new QueueHandler(this, 'PlanQueue', { queue: storage.plan.queue, handler, batchSize: 1, maxConcurrency: 10 });
    const { role } = handler;
    allowObjects(role, storage.uploads, ['read', 'delete']);
    allowObjects(role, storage.results, ['read', 'write', 'delete']);
    allowObjects(role, storage.models, ['read']);
    for (const bucket of [storage.uploads, storage.results, storage.models]) allowListing(role, bucket);
    allowSending(role, storage.plan.queue, storage.score.queue);
    allowWaking(role, compute.scorer.service.serviceArn);
    return handler;
  }

  private addDeadLetters(props: ApiStackProps): NodeFunction {
    const { storage } = props;
    const handler = this.add('DeadLetters', props, {
      entry: 'deadLetters',
      description: 'Settles as failed what was tried as often as allowed',
      timeoutSeconds: DEAD_LETTERS_TIMEOUT_SECONDS,
      memoryMiB: 512,
      environment: {},
    });
    const options = { handler, batchSize: 10, maxConcurrency: 5 };
    new QueueHandler(this, 'DeadShards', { ...options, queue: storage.score.deadLetters });
    new QueueHandler(this, 'DeadPlans', { ...options, queue: storage.plan.deadLetters });
    const { role } = handler;
    allowObjects(role, storage.uploads, ['read']);
    allowObjects(role, storage.results, ['read', 'write', 'delete']);
    for (const bucket of [storage.uploads, storage.results]) allowListing(role, bucket);
    return handler;
  }

  private addSweep(props: ApiStackProps): NodeFunction {
    const { storage, compute } = props;
    const handler = this.add('Sweep', props, {
      entry: 'sweep',
      description: 'Hourly: sends again what no message is left for',
      timeoutSeconds: 900,
      memoryMiB: 512,
      environment: {},
    });
    new HourlyHandler(this, 'Hourly', { handler, description: 'Fiducial: sweep' });
    const { role } = handler;
    allowObjects(role, storage.uploads, ['read']);
    allowObjects(role, storage.results, ['read', 'write', 'delete']);
    for (const bucket of [storage.uploads, storage.results]) allowListing(role, bucket);
    allowSending(role, storage.plan.queue, storage.score.queue);
    allowCounting(role, storage.score.queue, storage.score.deadLetters, storage.train.queue, storage.train.deadLetters);
    allowWaking(role, compute.scorer.service.serviceArn, compute.trainer.service.serviceArn);
    return handler;
  }

  private addGraphql(props: ApiStackProps): NodeFunction {
    const { storage, compute, deployment } = props;
    const handler = this.add('Api', props, {
      entry: 'graphql',
      description: 'GraphQL',
      timeoutSeconds: 900, // subscriptions
      memoryMiB: 1024,
      environment: apiEnvironment(deployment),
    });
    const { role } = handler;
    // What it signs for others, it must be allowed itself: uploads are its to write.
    allowObjects(role, storage.uploads, ['read', 'write']);
    allowObjects(role, storage.results, ['read', 'write', 'delete']);
    allowObjects(role, storage.models, ['read', 'write']);
    allowObjects(role, storage.models, ['delete'], TRAINING_KEYS);
    for (const bucket of [storage.uploads, storage.results, storage.models]) allowListing(role, bucket);
    allowSending(role, storage.plan.queue, storage.train.queue);
    allowWaking(role, compute.trainer.service.serviceArn);
    return handler;
  }
}
