/**
 * Where workers run: a VPC without a NAT gateway, which would cost more at rest than all the rest.
 *
 * Machines get a public address (they fetch images and send logs through it) and accept no connection. Tasks have a
 * private address each and no way out but two: S3 by its gateway (free) and SQS by an interface endpoint (paid by the
 * hour and zone). So a process that reads hostile images can reach nothing else.
 */
import { Fn } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Deployment } from '../config.ts';
import { logGroup } from '../logGroup.ts';

export interface WorkerNetworkProps {
  readonly deployment: Deployment;
}

export class WorkerNetwork extends Construct {
  readonly vpc: ec2.IVpc;
  readonly machines: ec2.SecurityGroup;
  readonly tasks: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: WorkerNetworkProps) {
    super(scope, id);
    const { deployment } = props;
    const vpc = new ec2.Vpc(this, 'Vpc', {
      // Given, and the stack's account and region left open (cdk/fiducial.ts): where those are fixed, this version of the
      // CDK looks zones up in the account, to compare with, even where they are given.
      availabilityZones: deployment.zones ?? firstZones(deployment.zoneCount),
      natGateways: 0,
      subnetConfiguration: [{ name: 'workers', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: true }],
      restrictDefaultSecurityGroup: false, // a custom resource would do it; nothing uses that group
      gatewayEndpoints: { s3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        refused: {
          trafficType: ec2.FlowLogTrafficType.REJECT,
          destination: ec2.FlowLogDestination.toCloudWatchLogs(
            logGroup(this, 'Refused', deployment, logs.RetentionDays.ONE_MONTH),
          ),
        },
      },
    });
    this.vpc = vpc as ec2.IVpc;
    this.machines = this.group('Machines', 'Managed instances: they fetch images and send logs');
    this.machines.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'ECS, ECR, CloudWatch Logs');
    this.tasks = this.group('Tasks', 'Scorers and trainers: S3 and SQS only');
    this.addSqsEndpoint(vpc);
    // The gateway's routes are S3's addresses; to anywhere else a task has a route, but no public address to use it.
    this.tasks.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3 by its gateway endpoint');
  }

  private group(id: string, description: string): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  private addSqsEndpoint(vpc: ec2.Vpc): void {
    const securityGroup = this.group('SqsEndpoint', 'SQS, for tasks');
    securityGroup.addIngressRule(this.tasks, ec2.Port.tcp(443), 'Tasks');
    vpc.addInterfaceEndpoint('Sqs', {
      service: ec2.InterfaceVpcEndpointAwsService.SQS,
      subnets: { subnetType: ec2.SubnetType.PUBLIC },
      securityGroups: [securityGroup],
      open: false,
    });
  }
}

function firstZones(count: number): string[] {
  return Array.from({ length: count }, (_, i) => Fn.select(i, Fn.getAzs()));
}
