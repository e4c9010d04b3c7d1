/**
 * One link: a queue, and the workers that empty it. Task, service, and scaling from zero and to zero by the depth of the
 * queue. Scoring and training are two of these.
 */
import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeResources } from '../acknowledge.ts';
import type { Deployment } from '../config.ts';
import type { Environment } from '../environment.ts';
import { allowConsuming, allowSending } from '../grants.ts';
import type { ScalingPolicy } from '../scaling.ts';
import { METRICS, METRICS_NAMESPACE } from '../sizes.ts';
import { QueueScaling } from './queueScaling.ts';
import type { QueueWithDeadLetters } from './queueWithDeadLetters.ts';
import { WorkerTask } from './workerTask.ts';

export interface QueueWorkerProps {
  readonly deployment: Deployment;
  readonly worker: 'scorer' | 'trainer';
  readonly queue: QueueWithDeadLetters;
  readonly policy: ScalingPolicy;
  readonly environment: Environment;
  readonly cluster: ecs.Cluster;
  readonly capacity: ecs.ManagedInstancesCapacityProvider;
  readonly subnets: ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
}

export class QueueWorker extends Construct {
  readonly service: ecs.FargateService;
  readonly role: iam.Role;
  /** Each worker sends 1 a minute, so that its sum over a minute is how many run. */
  readonly running: cloudwatch.Metric;

  constructor(scope: Construct, id: string, props: QueueWorkerProps) {
    super(scope, id);
    const { deployment, worker, queue, policy, environment } = props;
    const task = new WorkerTask(this, 'Task', { deployment, worker, environment });
    this.role = task.role;
    this.service = this.addService(task, props);
    this.running = new cloudwatch.Metric({
      namespace: METRICS_NAMESPACE,
      metricName: METRICS.running,
      dimensionsMap: { stage: deployment.stage, worker },
      statistic: 'Sum',
    });
    allowConsuming(this.role, queue.queue);
    // A worker that is told to stop sends its message anew; a settled run needs nothing else.
    allowSending(this.role, queue.queue);
    this.allowProtection(props.cluster);
    new QueueScaling(this, 'Scaling', { service: this.service, queue: queue.queue, running: this.running, policy });
  }

  private addService(task: WorkerTask, props: QueueWorkerProps): ecs.FargateService {
    // Managed instances take the Fargate form of the construct.
    return new ecs.FargateService(this, 'Service', {
      cluster: props.cluster as ecs.ICluster,
      taskDefinition: task.definition,
      capacityProviderStrategies: [{ capacityProvider: props.capacity.capacityProviderName, weight: 1 }],
      vpcSubnets: { subnets: props.subnets },
      securityGroups: [props.securityGroup],
      assignPublicIp: false,
      // Starts asleep: a first deployment must not wait for a GPU that the account may not have. A later one puts
      // workers to sleep as well; protected ones finish first, and the scaling rules wake others where work is left.
      desiredCount: 0,
      // A deployment never needs a second GPU beside the first.
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      circuitBreaker: { enable: true, rollback: true },
      enableECSManagedTags: true,
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    });
  }

  /** ECS task scale-in protection, which a busy worker takes through its agent. */
  private allowProtection(cluster: ecs.Cluster): void {
    const tasks = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'task',
      resourceName: `${cluster.clusterName}/*`,
    });
    this.role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'], resources: [tasks] }),
    );
    acknowledgeResources(this.role, [tasks], 'A task protects itself; its id is known once it runs, its cluster now.');
  }
}
