import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { storageTemplate } from '../cdk/storageTemplate.ts';
import type { AwsResources } from '../storage/aws/index.ts';
import { createStack, deleteStack } from './cloudFormation.ts';
import { clientEnvironment } from './settings.ts';

const CDK_JSON = new URL('../cdk.json', import.meta.url);
const outputsSchema = z.object({
  UploadsBucket: z.string(),
  ResultsBucket: z.string(),
  ModelsBucket: z.string(),
  PlanQueueUrl: z.url(),
  PlanDeadLettersUrl: z.url(),
  ScoreQueueUrl: z.url(),
  ScoreDeadLettersUrl: z.url(),
  TrainQueueUrl: z.url(),
  TrainDeadLettersUrl: z.url(),
});

export interface DeployedStorage {
  readonly stackName: string;
  readonly resources: AwsResources;
  /** What the processes of functions/ read (functions/config.ts), and what AWS SDKs need. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Deploys the storage stack, the CDK's own template, to LocalStack; takes it as it is where it is there already. */
export async function deployStorage(endpoint: string, stage: string): Promise<DeployedStorage> {
  const { context } = z
    .object({ context: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(await readFile(CDK_JSON, 'utf8')));
  const { stackName, body } = storageTemplate(stage, context);
  const outputs = outputsSchema.parse(await createStack(endpoint, stackName, body));
  return {
    stackName,
    resources: {
      buckets: { uploads: outputs.UploadsBucket, results: outputs.ResultsBucket, models: outputs.ModelsBucket },
      queues: {
        plan: { url: outputs.PlanQueueUrl, deadLettersUrl: outputs.PlanDeadLettersUrl },
        score: { url: outputs.ScoreQueueUrl, deadLettersUrl: outputs.ScoreDeadLettersUrl },
        train: { url: outputs.TrainQueueUrl, deadLettersUrl: outputs.TrainDeadLettersUrl },
      },
    },
    environment: {
      ...clientEnvironment(endpoint),
      FIDUCIAL_STAGE: stage,
      FIDUCIAL_UPLOADS_BUCKET: outputs.UploadsBucket,
      FIDUCIAL_RESULTS_BUCKET: outputs.ResultsBucket,
      FIDUCIAL_MODELS_BUCKET: outputs.ModelsBucket,
      FIDUCIAL_PLAN_QUEUE_URL: outputs.PlanQueueUrl,
      FIDUCIAL_PLAN_DEAD_LETTERS_URL: outputs.PlanDeadLettersUrl,
      FIDUCIAL_SCORE_QUEUE_URL: outputs.ScoreQueueUrl,
      FIDUCIAL_SCORE_DEAD_LETTERS_URL: outputs.ScoreDeadLettersUrl,
      FIDUCIAL_TRAIN_QUEUE_URL: outputs.TrainQueueUrl,
      FIDUCIAL_TRAIN_DEAD_LETTERS_URL: outputs.TrainDeadLettersUrl,
    },
    remove: () => deleteStack(endpoint, stackName),
  };
}
