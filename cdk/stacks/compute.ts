/** Where scoring and training run: one cluster, its machines, and a QueueWorker for each of the two queues. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Deployment } from '../config.ts';
import { QueueWorker } from '../constructs/queueWorker.ts';
import { WorkerCapacity } from '../constructs/workerCapacity.ts';
import { WorkerNetwork } from '../constructs/workerNetwork.ts';
import { storageEnvironment } from '../environment.ts';
import { allowListing, allowObjects, MODEL_KEYS, TRAINING_KEYS } from '../grants.ts';
import { scorePolicy, trainPolicy } from '../scaling.ts';
import type { StorageStack } from './storage.ts';

export interface ComputeStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly storage: StorageStack;
}

export class ComputeStack extends Stack {
  readonly scorer: QueueWorker;
  readonly trainer: QueueWorker;
  readonly cluster: ecs.Cluster;

  constructor(scope: Construct, id: string, props: ComputeStackProps) {
    super(scope, id, props);
    const { deployment, storage } = props;
    const network = new WorkerNetwork(this, 'Network', { deployment });
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: ecs.ContainerInsights.DISABLED,
    });
    acknowledge(
      this.cluster,
      ['AwsSolutions-ECS4'],
      'Container Insights charges for some thirty metrics while nothing runs; queue depths, ages and our own counts tell what it would.',
    );
    const common = {
      deployment,
      cluster: this.cluster,
      subnets: network.vpc.publicSubnets,
      environment: storageEnvironment(storage, deployment),
    };
    const capacity = new WorkerCapacity(this, 'Capacity', { ...common, securityGroup: network.machines }).provider;
    const worker = { ...common, capacity, securityGroup: network.tasks };
    this.scorer = new QueueWorker(this, 'Scorer', {
      ...worker,
      worker: 'scorer',
      queue: storage.score,
      policy: scorePolicy(deployment.maxScorers),
    });
    this.trainer = new QueueWorker(this, 'Trainer', {
      ...worker,
      worker: 'trainer',
      queue: storage.train,
      policy: trainPolicy(deployment.maxTrainers),
    });
    this.allowStorage(storage);
    new CfnOutput(this, 'ClusterName', { value: this.cluster.clusterName });
    new CfnOutput(this, 'ScorerService', { value: this.scorer.service.serviceName });
    new CfnOutput(this, 'TrainerService', { value: this.trainer.service.serviceName });
  }

  private allowStorage({ uploads, results, models }: StorageStack): void {
    const scorer = this.scorer.role;
    allowObjects(scorer, uploads, ['read']);
    // Deleting: a run that was deleted while it was scored, and the mark of one that is finished.
    allowObjects(scorer, results, ['read', 'write', 'delete']);
    allowObjects(scorer, models, ['read']);
    // Without it S3 answers 403 instead of 404 for an object that is not there, and a missing image would look refused.
    for (const bucket of [uploads, results, models]) allowListing(scorer, bucket);

    const trainer = this.trainer.role;
    allowObjects(trainer, models, ['read']);
    allowObjects(trainer, models, ['write', 'delete'], TRAINING_KEYS);
    allowObjects(trainer, models, ['write'], MODEL_KEYS);
    allowListing(trainer, models);
  }
}
