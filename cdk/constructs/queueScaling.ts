/** One link: the depth of a queue sets the number of a service's workers, by the rules of scaling.ts. */
import { Duration, Stack } from 'aws-cdk-lib';
import * as scaling from 'aws-cdk-lib/aws-applicationautoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { ApplicationScalingAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { NOT_LOOKING, type ScalingPolicy, type ScalingRule } from '../scaling.ts';
import { untagged } from '../untagged.ts';

const MINUTE = Duration.minutes(1);

export interface QueueScalingProps {
  readonly service: ecs.FargateService;
  readonly queue: sqs.IQueue;
  /** Its sum over a minute is the number of workers that run. */
  readonly running: cloudwatch.IMetric;
  readonly policy: ScalingPolicy;
}

export class QueueScaling extends Construct {
  constructor(scope: Construct, id: string, props: QueueScalingProps) {
    super(scope, id);
    const { service, policy } = props;
    const target = new scaling.ScalableTarget(this, 'Target', {
      serviceNamespace: scaling.ServiceNamespace.ECS,
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: `service/${service.cluster.clusterName}/${service.serviceName}`,
      minCapacity: policy.minWorkers,
      maxCapacity: policy.maxWorkers,
      role: this.serviceLinkedRole(),
    });
    untagged(target);
    for (const rule of policy.rules) this.addRule(rule, target, props);
  }

  /** The account's own; Application Auto Scaling makes it with the first target. */
  private serviceLinkedRole(): iam.IRole {
    const arn = Stack.of(this).formatArn({
      service: 'iam',
      region: '',
      resource: 'role/aws-service-role/ecs.application-autoscaling.amazonaws.com',
      resourceName: 'AWSServiceRoleForApplicationAutoScaling_ECSService',
    });
    return iam.Role.fromRoleArn(this, 'Role', arn);
  }

  private addRule(rule: ScalingRule, scalingTarget: scaling.ScalableTarget, props: QueueScalingProps): void {
    const action = new scaling.StepScalingAction(this, rule.id, {
      scalingTarget,
      adjustmentType:
        rule.adjustment === 'exact' ? scaling.AdjustmentType.EXACT_CAPACITY : scaling.AdjustmentType.CHANGE_IN_CAPACITY,
      cooldown: Duration.seconds(rule.cooldownSeconds),
      metricAggregationType:
        rule.aggregation === 'Minimum' ? scaling.MetricAggregationType.MINIMUM : scaling.MetricAggregationType.MAXIMUM,
    });
    for (const step of rule.steps) {
      action.addAdjustment({
        adjustment: step.workers,
        ...(step.from === undefined ? {} : { lowerBound: step.from - rule.threshold }),
        ...(step.to === undefined ? {} : { upperBound: step.to - rule.threshold }),
      });
    }
    const alarm = new cloudwatch.Alarm(this, `${rule.id}Alarm`, {
      alarmDescription: `Scaling rule ${rule.id}; no one needs to act on it`,
      metric: ruleMetric(rule, props),
      threshold: rule.threshold,
      comparisonOperator:
        rule.comparison === 'atLeast'
          ? cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: rule.minutes,
      datapointsToAlarm: rule.minutes,
      // FILL leaves no gap; were there one all the same, doing nothing is right.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new ApplicationScalingAction(action));
  }
}

function ruleMetric(rule: ScalingRule, { queue, running }: QueueScalingProps): cloudwatch.MathExpression {
  const depth = 'FILL(visible, 0) + FILL(inFlight, 0)';
  const measured = rule.measures === 'activity' ? `(${depth} + FILL(received, 0))` : `(${depth})`;
  const otherwise = NOT_LOOKING[rule.comparison];
  const expressions = {
    always: measured,
    awake: `IF(FILL(running, 0) > 0, ${measured}, ${otherwise})`,
    working: `IF(FILL(running, 0) > 0 AND FILL(received, 0) > 0, ${measured}, ${otherwise})`,
    asleep: `IF(FILL(running, 0) > 0, ${otherwise}, ${measured})`,
  };
  const expression = expressions[rule.looks];
  const sampled = { statistic: rule.aggregation, period: MINUTE };
  return new cloudwatch.MathExpression({
    expression,
    label: `${rule.measures}, ${rule.looks}`,
    period: MINUTE,
    usingMetrics: {
      visible: queue.metricApproximateNumberOfMessagesVisible(sampled),
      inFlight: queue.metricApproximateNumberOfMessagesNotVisible(sampled),
      ...(expression.includes('received')
        ? { received: queue.metricNumberOfMessagesReceived({ statistic: 'Sum', period: MINUTE }) }
        : {}),
      ...(expression.includes('running') ? { running } : {}),
    },
  });
}
