/** One link: too many of something fail, in per cent, and it is told. Few samples (one failure of one) don't count. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

export interface RateAlarmProps {
  readonly description: string;
  readonly failed: cloudwatch.IMetric;
  /** Of all, the failed ones included. */
  readonly all: cloudwatch.IMetric;
  readonly maxPercent: number;
  readonly minSamples: number;
  readonly action: cloudwatch.IAlarmAction;
}

export class RateAlarm extends Construct {
  readonly rate: cloudwatch.MathExpression;

  constructor(scope: Construct, id: string, props: RateAlarmProps) {
    super(scope, id);
    this.rate = new cloudwatch.MathExpression({
      expression: `IF(FILL(all, 0) >= ${props.minSamples}, 100 * FILL(failed, 0) / all, 0)`,
      label: 'failed, %',
      period: Duration.minutes(5),
      usingMetrics: { failed: props.failed, all: props.all },
    });
    new cloudwatch.Alarm(this, 'Alarm', {
      metric: this.rate,
      threshold: props.maxPercent,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: props.description,
    }).addAlarmAction(props.action);
  }
}
