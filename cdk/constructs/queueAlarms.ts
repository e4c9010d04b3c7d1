/** One link: what is wrong with a queue is told. Figures that are missing count as 0: an idle queue sends none. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { QueueWithDeadLetters } from './queueWithDeadLetters.ts';

const FIVE_MINUTES = Duration.minutes(5);

export interface QueueAlarmsProps {
  readonly name: string;
  readonly queue: QueueWithDeadLetters;
  /** A message that waits longer than this means that nobody works, or too few do. */
  readonly oldestMessage: Duration;
  readonly action: cloudwatch.IAlarmAction;
}

export class QueueAlarms extends Construct {
  constructor(scope: Construct, id: string, { name, queue, oldestMessage, action }: QueueAlarmsProps) {
    super(scope, id);
    const maximum = { statistic: 'Maximum', period: FIVE_MINUTES };
    const dead = new cloudwatch.MathExpression({
      // A dead letter waits out a lease in flight before it is settled: it counts there too.
      expression: 'FILL(visible, 0) + FILL(inFlight, 0)',
      label: `${name}: dead letters`,
      period: FIVE_MINUTES,
      usingMetrics: {
        visible: queue.deadLetters.metricApproximateNumberOfMessagesVisible(maximum),
        inFlight: queue.deadLetters.metricApproximateNumberOfMessagesNotVisible(maximum),
      },
    });
    const age = new cloudwatch.MathExpression({
      expression: 'FILL(age, 0)',
      label: `${name}: age of the oldest message, s`,
      period: FIVE_MINUTES,
      usingMetrics: { age: queue.queue.metricApproximateAgeOfOldestMessage(maximum) },
    });
    const common = { evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };
    new cloudwatch.Alarm(this, 'DeadLetters', {
      ...common,
      metric: dead,
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      alarmDescription: `Fiducial: messages of the ${name} queue could not be done. docs/operate.md, Dead letters`,
    }).addAlarmAction(action);
    new cloudwatch.Alarm(this, 'OldestMessage', {
      ...common,
      metric: age,
      threshold: oldestMessage.toSeconds(),
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 2,
      alarmDescription: `Fiducial: the ${name} queue is not being emptied. docs/operate.md, Nothing is scored`,
    }).addAlarmAction(action);
  }
}
