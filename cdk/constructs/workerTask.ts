/** One container, as the cluster runs it: not root, nothing writable but /tmp, its own role, its health watched. */
import { Duration } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Deployment } from '../config.ts';
import type { Environment } from '../environment.ts';
import { logGroup } from '../logGroup.ts';
import { STOP_SECONDS, WORKER_TASK } from '../sizes.ts';
import { WorkerImage } from './workerImage.ts';

export interface WorkerTaskProps {
  readonly deployment: Deployment;
  readonly worker: 'scorer' | 'trainer';
  readonly environment: Environment;
}

export class WorkerTask extends Construct {
  readonly definition: ecs.TaskDefinition;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: WorkerTaskProps) {
    super(scope, id);
    const { deployment, worker } = props;
    const size = WORKER_TASK[deployment.compute];
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
    this.definition = new ecs.TaskDefinition(this, 'Definition', {
      compatibility: ecs.Compatibility.MANAGED_INSTANCES,
      networkMode: ecs.NetworkMode.AWS_VPC,
      cpu: String(size.cpu),
      memoryMiB: String(size.memoryMiB),
      taskRole: this.role,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      volumes: [{ name: 'tmp' }],
    });
    this.addContainer(props);
    acknowledge(
      this.definition,
      ['AwsSolutions-ECS2'],
      'Names of buckets and queues are no secrets; the task has none.',
    );
    if (!this.definition.executionRole) throw new Error(`Expected ${worker} to have an execution role (it logs)`);
    acknowledge(
      this.definition.executionRole,
      ['AwsSolutions-IAM5[Resource::*]'],
      'ecr:GetAuthorizationToken has no resource to name; pulling and logging are limited to this image and log group.',
    );
  }

  private addContainer({ deployment, worker, environment }: WorkerTaskProps): void {
    const size = WORKER_TASK[deployment.compute];
    const image = new WorkerImage(this, 'Image', { worker, compute: deployment.compute });
    const container = this.definition.addContainer('worker', {
      image: ecs.ContainerImage.fromDockerImageAsset(image.asset),
      environment: { ...environment, TMPDIR: '/tmp' },
      logging: ecs.LogDrivers.awsLogs({
        streamPrefix: worker,
        logGroup: logGroup(this, 'Worker', deployment),
        mode: ecs.AwsLogDriverMode.NON_BLOCKING, // a stalled log must not stall the work
      }),
      ...(size.gpus > 0 ? { gpuCount: size.gpus } : {}),
      readonlyRootFilesystem: true,
      user: '1000:1000',
      stopTimeout: Duration.seconds(STOP_SECONDS),
      linuxParameters: new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: true }),
      healthCheck: {
        command: ['CMD', 'node', 'functions/health.ts'],
        interval: Duration.seconds(30),
        timeout: Duration.seconds(10),
        retries: 3,
        startPeriod: Duration.seconds(120),
      },
    });
    container.addMountPoints({ sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false });
  }
}
