/**
 * Machines that come when a task waits and go when none is left: ECS managed instances, which AWS picks from the
 * allow-list, patches and drains.
 */
import { Size, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Deployment } from '../config.ts';
import { WORKER_TASK } from '../sizes.ts';

export interface WorkerCapacityProps {
  readonly deployment: Deployment;
  readonly cluster: ecs.Cluster;
  readonly subnets: ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
}

export class WorkerCapacity extends Construct {
  readonly provider: ecs.ManagedInstancesCapacityProvider;

  constructor(scope: Construct, id: string, props: WorkerCapacityProps) {
    super(scope, id);
    const { deployment, cluster, subnets, securityGroup } = props;
    this.provider = new ecs.ManagedInstancesCapacityProvider(this, 'Provider', {
      subnets,
      securityGroups: [securityGroup],
      infrastructureRole: this.infrastructureRole(),
      ec2InstanceProfile: this.instanceProfile(),
      capacityOptionType: deployment.spot ? ecs.CapacityOptionType.SPOT : ecs.CapacityOptionType.ON_DEMAND,
      monitoring: ecs.InstanceMonitoring.BASIC,
      propagateTags: ecs.PropagateManagedInstancesTags.CAPACITY_PROVIDER,
      taskVolumeStorage: Size.gibibytes(WORKER_TASK[deployment.compute].diskGiB),
      instanceRequirements: instanceRequirements(deployment),
    });
    cluster.addManagedInstancesCapacityProvider(this.provider);
  }

  /** ECS itself, which starts and ends machines. */
  private infrastructureRole(): iam.Role {
    const policy = 'AmazonECSInfrastructureRolePolicyForManagedInstances';
    const role = new iam.Role(this, 'Infrastructure', {
      assumedBy: new iam.ServicePrincipal('ecs.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(policy)],
    });
    acknowledge(
      role,
      [`AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`],
      'AWS keeps this policy in step with what its own managed instances need; a copy of ours would fall behind it.',
    );
    return role;
  }

  /** A machine: joins the cluster. The policy above may only pass roles named ecsInstanceRole*. */
  private instanceProfile(): iam.IInstanceProfile {
    const policy = 'AmazonECSInstanceRolePolicyForManagedInstances';
    const role = new iam.Role(this, 'Instance', {
      roleName: `ecsInstanceRole-${Stack.of(this).stackName}-${Stack.of(this).region}`,
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(policy)],
    });
    acknowledge(
      role,
      [`AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`],
      'What an ECS machine needs, defined by AWS; tasks on it have roles of their own.',
    );
    return new iam.InstanceProfile(this, 'Profile', {
      role,
      instanceProfileName: role.roleName,
    }) as iam.IInstanceProfile;
  }
}

function instanceRequirements(deployment: Deployment): ec2.InstanceRequirementsConfig {
  const { vcpus, memoryMiB } = WORKER_TASK[deployment.compute];
  const common = {
    allowedInstanceTypes: [...deployment.instanceTypes],
    vCpuCountMin: vcpus,
    vCpuCountMax: vcpus * 4,
    // A machine keeps some of its memory for itself.
    memoryMin: Size.mebibytes(memoryMiB),
    ...(deployment.spot ? { maxSpotPriceAsPercentageOfOptimalOnDemandPrice: 100 } : {}),
  };
  if (deployment.compute === 'cpu') return common;
  return {
    ...common,
    acceleratorManufacturers: [ec2.AcceleratorManufacturer.NVIDIA],
    acceleratorTypes: [ec2.AcceleratorType.GPU],
    // One task, one card: a machine with several would be paid for and not used.
    acceleratorCountMin: 1,
    acceleratorCountMax: 1,
  };
}
