import { describe, expect, it } from 'vitest';
import { ofType, only, type Templates } from '../synthesize.ts';

export function storageTests(templates: () => Templates): void {
  describe('the storage stack', () => {
    const buckets = () => ofType(templates().storage, 'AWS::S3::Bucket');
    const queues = () => ofType(templates().storage, 'AWS::SQS::Queue');

    it('has no Lambda and no custom resource, so that LocalStack runs it unchanged', () => {
      const types = new Set(Object.values(templates().storage.Resources).map(({ Type }) => Type));
      expect([...types].sort()).toEqual([
        'AWS::S3::Bucket',
        'AWS::S3::BucketPolicy',
        'AWS::SQS::Queue',
        'AWS::SQS::QueuePolicy',
      ]);
    });

    it('encrypts every bucket, blocks public access, and turns ACLs off', () => {
      expect(buckets()).toHaveLength(4);
      for (const [, { Properties }] of buckets()) {
        const [rule] = Properties.BucketEncryption.ServerSideEncryptionConfiguration;
        expect(rule.ServerSideEncryptionByDefault.SSEAlgorithm).toBe('AES256');
        expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
        expect(Properties.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
      }
    });

    it('refuses plain HTTP and old TLS on every bucket, and plain HTTP on every queue', () => {
      const denied = (type: string, key: string) =>
        ofType(templates().storage, type).flatMap(([, { Properties }]) =>
          Properties.PolicyDocument.Statement.filter(
            // biome-ignore lint/suspicious/noExplicitAny: a policy statement
            (statement: any) => statement.Effect === 'Deny' && JSON.stringify(statement.Condition).includes(key),
          ),
        );
      expect(denied('AWS::S3::BucketPolicy', '"aws:SecureTransport":"false"')).toHaveLength(4);
      expect(denied('AWS::S3::BucketPolicy', '"s3:TlsVersion":1.2')).toHaveLength(4);
      expect(denied('AWS::SQS::QueuePolicy', '"aws:SecureTransport":"false"')).toHaveLength(6);
    });

    it('logs access to every bucket but the one that holds the logs, whose logs end after 90 days', () => {
      const logged = buckets().filter(([, { Properties }]) => Properties.LoggingConfiguration);
      expect(logged.map(([, { Properties }]) => Properties.LoggingConfiguration.LogFilePrefix).sort()).toEqual([
        'models/',
        'results/',
        'uploads/',
      ]);
      const logs = only(templates().storage, 'AWS::S3::Bucket', 'AccessLogs');
      expect(logs.Properties.LifecycleConfiguration.Rules[0].ExpirationInDays).toBe(90);
    });

    it('ends abandoned multipart uploads everywhere, and keeps old versions of models only, for 30 days', () => {
      for (const [id, { Properties }] of buckets()) {
        const rules = Properties.LifecycleConfiguration.Rules;
        expect(rules[0].AbortIncompleteMultipartUpload.DaysAfterInitiation).toBe(2);
        expect(Properties.VersioningConfiguration?.Status).toBe(id.startsWith('Models') ? 'Enabled' : undefined);
      }
      const models = only(templates().storage, 'AWS::S3::Bucket', 'Models');
      expect(models.Properties.LifecycleConfiguration.Rules[1].NoncurrentVersionExpiration.NoncurrentDays).toBe(30);
    });

    it('keeps buckets when the stack goes, unless told otherwise', () => {
      for (const [, { DeletionPolicy }] of buckets()) expect(DeletionPolicy).toBe('Retain');
    });

    it('lets the dashboard’s origins, and no others, send forms and read', () => {
      const [rule] = only(templates().storage, 'AWS::S3::Bucket', 'Uploads').Properties.CorsConfiguration.CorsRules;
      expect(rule.AllowedOrigins).toEqual(['https://faces.example.org']);
      expect(rule.AllowedMethods).toEqual(['POST', 'GET', 'HEAD']);
    });

    it('encrypts every queue with SSE-SQS, under which S3 can send, and keeps messages for 14 days', () => {
      expect(queues()).toHaveLength(6);
      for (const [, { Properties }] of queues()) {
        expect(Properties.SqsManagedSseEnabled).toBe(true);
        expect(Properties.KmsMasterKeyId).toBeUndefined();
        expect(Properties.MessageRetentionPeriod).toBe(14 * 86_400);
      }
    });

    it('gives each queue dead letters after ten receives', () => {
      const withDeadLetters = queues().filter(([, { Properties }]) => Properties.RedrivePolicy);
      expect(withDeadLetters.map(([id]) => id.replace(/Queue.*/, '')).sort()).toEqual(['Plan', 'Score', 'Train']);
      for (const [id, { Properties }] of withDeadLetters) {
        expect(Properties.RedrivePolicy.maxReceiveCount).toBe(10);
        const [target] = Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'];
        expect(target).toMatch(new RegExp(`^${id.replace(/Queue.*/, '')}DeadLetters`));
      }
    });

    it('announces new commits to the plan queue, and nothing else', () => {
      const { NotificationConfiguration } = only(templates().storage, 'AWS::S3::Bucket', 'Uploads').Properties;
      const [queue, ...others] = NotificationConfiguration.QueueConfigurations;
      expect(others).toEqual([]);
      expect(queue.Event).toBe('s3:ObjectCreated:*');
      expect(queue.Queue['Fn::GetAtt'][0]).toMatch(/^PlanQueue/);
      expect(queue.Filter.S3Key.Rules).toEqual([
        { Name: 'prefix', Value: 'commits/' },
        { Name: 'suffix', Value: '.json' },
      ]);
    });

    it('makes the queue’s policy first, and names in it the account and a pattern but no bucket: no cycle', () => {
      const [policyId, policy] = ofType(templates().storage, 'AWS::SQS::QueuePolicy').find(([id]) =>
        id.startsWith('PlanQueuePolicy'),
      )!;
      expect(only(templates().storage, 'AWS::S3::Bucket', 'Uploads').DependsOn).toContain(policyId);
      const text = JSON.stringify(policy);
      expect(text).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
      expect(text).toContain(':s3:::fiducial-dev-storage-*');
      expect(text).not.toContain('UploadsBucket');
    });
  });
}
