import { describe, expect, it } from 'vitest';
import { ofType, only, type Templates } from '../synthesize.ts';

export function observabilityTests(templates: () => Templates): void {
  describe('the observability stack', () => {
    const alarms = () => ofType(templates().observability, 'AWS::CloudWatch::Alarm');

    it('watches dead letters and the oldest message of each queue, and the rate of failures', () => {
      expect(
        alarms()
          .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))
          .sort(),
      ).toEqual([
        'FailedImagesAlarm',
        'FailingApiAlarm',
        'FailingDeadLettersAlarm',
        'FailingPlanAlarm',
        'FailingRequestsAlarm',
        'FailingSweepAlarm',
        'PlanDeadLetters',
        'PlanOldestMessage',
        'ScoreDeadLetters',
        'ScoreOldestMessage',
        'TrainDeadLetters',
        'TrainOldestMessage',
      ]);
    });

    it('fills what is missing with 0 in every alarm, and tells the topic', () => {
      for (const [, { Properties }] of alarms()) {
        expect(Properties.TreatMissingData).toBe('notBreaching');
        expect(JSON.stringify(Properties.Metrics)).toContain('FILL(');
        expect(JSON.stringify(Properties.AlarmActions)).toContain('AlarmsTopic');
      }
    });

    it('sends alarms to the address of the context, over TLS only', () => {
      const { observability } = templates();
      expect(only(observability, 'AWS::SNS::Subscription').Properties).toMatchObject({
        Protocol: 'email',
        Endpoint: 'ops@example.org',
      });
      expect(JSON.stringify(only(observability, 'AWS::SNS::TopicPolicy'))).toContain('"aws:SecureTransport":"false"');
    });

    it('budgets what carries our tag', () => {
      const { Budget, NotificationsWithSubscribers } = only(
        templates().observability,
        'AWS::Budgets::Budget',
      ).Properties;
      expect(Budget).toMatchObject({
        BudgetLimit: { Amount: 200, Unit: 'USD' },
        CostFilters: { TagKeyValue: ['user:project$fiducial'] },
      });
      expect(NotificationsWithSubscribers).toHaveLength(3);
    });

    it('tags what can be tagged in every stack', () => {
      const { storage, compute, api } = templates();
      for (const [template, type] of [
        [storage, 'AWS::S3::Bucket'],
        [storage, 'AWS::SQS::Queue'],
        [compute, 'AWS::ECS::Service'],
        [compute, 'AWS::ECS::CapacityProvider'],
        [api, 'AWS::Lambda::Function'],
      ] as const) {
        for (const [, { Properties }] of ofType(template, type)) {
          expect(Properties.Tags).toEqual(
            expect.arrayContaining([
              { Key: 'project', Value: 'fiducial' },
              { Key: 'stage', Value: 'dev' },
            ]),
          );
        }
      }
    });
  });
}
