/** One link: a Lambda is called every hour. By the schedule's own properties: the CDK's target also allows any version. */
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { NodeFunction } from './nodeFunction.ts';

export interface HourlyHandlerProps {
  readonly handler: NodeFunction;
  readonly description: string;
}

export class HourlyHandler extends Construct {
  constructor(scope: Construct, id: string, { handler, description }: HourlyHandlerProps) {
    super(scope, id);
    const { functionArn } = handler.function;
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    new scheduler.CfnSchedule(this, 'Schedule', {
      description,
      scheduleExpression: 'rate(1 hour)',
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
      target: {
        arn: functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumRetryAttempts: 1, maximumEventAgeInSeconds: 1800 },
      },
    });
  }
}
