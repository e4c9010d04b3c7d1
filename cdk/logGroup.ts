/** Log groups are made by us, not on first use, so that each has an end: a group made by AWS keeps its logs for ever. */
import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Deployment } from './config.ts';

export function logGroup(
  scope: Construct,
  id: string,
  deployment: Deployment,
  retention = logs.RetentionDays.THREE_MONTHS,
): logs.LogGroup {
  return new logs.LogGroup(scope, `${id}Log`, {
    retention,
    removalPolicy: deployment.removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}
