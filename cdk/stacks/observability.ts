/** What people look at, and what tells them to: a dashboard, alarms, a budget. */
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { Deployment } from '../config.ts';
import { AlarmTopic } from '../constructs/alarmTopic.ts';
import { MonthlyBudget } from '../constructs/monthlyBudget.ts';
import { QueueAlarms } from '../constructs/queueAlarms.ts';
import { RateAlarm } from '../constructs/rateAlarm.ts';
import { METRICS, METRICS_NAMESPACE } from '../sizes.ts';
import { untagged } from '../untagged.ts';
import type { ApiStack } from './api.ts';
import type { ComputeStack } from './compute.ts';
import type { StorageStack } from './storage.ts';

const FIVE_MINUTES = Duration.minutes(5);

export interface ObservabilityStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly storage: StorageStack;
  readonly compute: ComputeStack;
  readonly api: ApiStack;
}

export class ObservabilityStack extends Stack {
  private readonly parts: ObservabilityStackProps;

  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, props);
    this.parts = props;
    const { alarmEmail, monthlyBudgetUsd, stage } = props.deployment;
    const { topic } = new AlarmTopic(this, 'Alarms', { email: alarmEmail });
    const action = new SnsAction(topic);
    this.addQueueAlarms(action);
    this.addRateAlarms(action);
    // A budget's name is one for all regions.
    const name = `fiducial-${stage}-${this.region}`;
    new MonthlyBudget(this, 'Budget', { name, usd: monthlyBudgetUsd, topicArn: topic.topicArn });
    const dashboard = this.addDashboard();
    new CfnOutput(this, 'AlarmTopic', { value: topic.topicArn });
    new CfnOutput(this, 'CloudWatchDashboard', { value: dashboard.dashboardName });
  }

  private addQueueAlarms(action: cloudwatch.IAlarmAction): void {
    const { plan, score, train } = this.parts.storage;
    new QueueAlarms(this, 'Plan', { name: 'plan', queue: plan, oldestMessage: Duration.minutes(30), action });
    new QueueAlarms(this, 'Score', { name: 'score', queue: score, oldestMessage: Duration.hours(6), action });
    // A job is held by its trainer for up to ten hours at a time.
    new QueueAlarms(this, 'Train', { name: 'train', queue: train, oldestMessage: Duration.hours(36), action });
  }

  private addRateAlarms(action: cloudwatch.IAlarmAction): void {
    const { api } = this.parts;
    new RateAlarm(this, 'FailedImages', {
      description: 'Fiducial: many images fail. docs/operate.md, Many images fail',
      failed: this.metric(METRICS.imagesFailed),
      all: this.metric(METRICS.images),
      maxPercent: 20,
      minSamples: 100,
      action,
    });
    const functions = { Plan: api.plan, DeadLetters: api.deadLetters, Sweep: api.sweep, Api: api.graphql };
    for (const [name, { function: handler }] of Object.entries(functions)) {
      new RateAlarm(this, `Failing${name}`, {
        description: `Fiducial: the Lambda ${name} fails. Its log says why`,
        failed: handler.metricErrors({ period: FIVE_MINUTES }),
        all: handler.metricInvocations({ period: FIVE_MINUTES }),
        maxPercent: 5,
        minSamples: 1,
        action,
      });
    }
    new RateAlarm(this, 'FailingRequests', {
      description: 'Fiducial: the API answers with 5xx',
      failed: api.api.api.metricServerError({ period: FIVE_MINUTES, statistic: 'Sum' }),
      all: api.api.api.metricCount({ period: FIVE_MINUTES, statistic: 'Sum' }),
      maxPercent: 2,
      minSamples: 20,
      action,
    });
  }

  private metric(metricName: string): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { stage: this.parts.deployment.stage },
      statistic: 'Sum',
      period: FIVE_MINUTES,
    });
  }

  private addDashboard(): cloudwatch.Dashboard {
    const { storage, compute, api, deployment } = this.parts;
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: 12, height: 6, leftYAxis: { min: 0 } });
    const queues = { plan: storage.plan, score: storage.score, train: storage.train };
    const depths = Object.entries(queues).flatMap(([name, { queue, deadLetters }]) => [
      queue.metricApproximateNumberOfMessagesVisible({ label: `${name}: waiting` }),
      queue.metricApproximateNumberOfMessagesNotVisible({ label: `${name}: in flight` }),
      deadLetters.metricApproximateNumberOfMessagesVisible({ label: `${name}: dead` }),
    ]);
    const ages = Object.entries(queues).map(([name, { queue }]) =>
      queue.metricApproximateAgeOfOldestMessage({ label: name }),
    );
    const handlers = [api.plan, api.deadLetters, api.sweep, api.graphql].map(({ function: handler }) => handler);
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: `fiducial-${deployment.stage}`,
      widgets: [
        [
          graph('Messages', depths),
          graph('Workers', [
            compute.scorer.running.with({ label: 'scorers' }),
            compute.trainer.running.with({ label: 'trainers' }),
          ]),
        ],
        [
          graph('Images', [this.metric(METRICS.images), this.metric(METRICS.imagesFailed)]),
          graph('Age of the oldest message, s', ages),
        ],
        [
          graph(
            'Lambdas: errors (left), duration ms (right)',
            handlers.map((handler) => handler.metricErrors()),
            handlers.map((handler) => handler.metricDuration({ statistic: 'p95' })),
          ),
          graph(
            'API: requests (left), latency ms (right)',
            [api.api.api.metricCount(), api.api.api.metricServerError(), api.api.api.metricClientError()],
            [api.api.api.metricLatency({ statistic: 'p95' })],
          ),
        ],
      ],
    });
    untagged(dashboard);
    return dashboard;
  }
}
