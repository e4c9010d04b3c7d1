/**
 * The settings of every process that AWS starts. The only file of functions/ that reads the environment; the CDK writes
 * it (cdk/environment.ts), and a test holds the two together.
 */
import { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';

const queueUrl = z.url({ error: "expected the URL of a queue, such as the storage stack's output ScoreQueueUrl" });
const bucket = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket');
const count = z.coerce.number().int().positive();

const storageSchema = z
  .object({
    FIDUCIAL_STAGE: z.string().min(1).default('local'),
    FIDUCIAL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    /** Set by Lambda and ECS. */
    AWS_REGION: z.string().min(1).default('us-east-1'),
    /** LocalStack's, where it stands in for AWS. */
    AWS_ENDPOINT_URL: z.url().optional(),
    FIDUCIAL_UPLOADS_BUCKET: bucket,
    FIDUCIAL_RESULTS_BUCKET: bucket,
    FIDUCIAL_MODELS_BUCKET: bucket,
    FIDUCIAL_PLAN_QUEUE_URL: queueUrl,
    FIDUCIAL_PLAN_DEAD_LETTERS_URL: queueUrl,
    FIDUCIAL_SCORE_QUEUE_URL: queueUrl,
    FIDUCIAL_SCORE_DEAD_LETTERS_URL: queueUrl,
    FIDUCIAL_TRAIN_QUEUE_URL: queueUrl,
    FIDUCIAL_TRAIN_DEAD_LETTERS_URL: queueUrl,
  })
  .transform((env) => ({
    stage: env.FIDUCIAL_STAGE,
    logLevel: env.FIDUCIAL_LOG_LEVEL,
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL ?? null,
    buckets: {
      uploads: env.FIDUCIAL_UPLOADS_BUCKET,
      results: env.FIDUCIAL_RESULTS_BUCKET,
      models: env.FIDUCIAL_MODELS_BUCKET,
    },
    queues: {
      plan: { url: env.FIDUCIAL_PLAN_QUEUE_URL, deadLettersUrl: env.FIDUCIAL_PLAN_DEAD_LETTERS_URL },
      score: { url: env.FIDUCIAL_SCORE_QUEUE_URL, deadLettersUrl: env.FIDUCIAL_SCORE_DEAD_LETTERS_URL },
      train: { url: env.FIDUCIAL_TRAIN_QUEUE_URL, deadLettersUrl: env.FIDUCIAL_TRAIN_DEAD_LETTERS_URL },
    },
  }));
export type StorageConfig = z.infer<typeof storageSchema>;

const wakeSchema = z
  .object({
    FIDUCIAL_CLUSTER: z.string().min(1),
    FIDUCIAL_SCORER_SERVICE: z.string().min(1),
    FIDUCIAL_TRAINER_SERVICE: z.string().min(1),
    FIDUCIAL_MAX_SCORERS: count,
    FIDUCIAL_MAX_TRAINERS: count,
    FIDUCIAL_IMAGES_PER_SCORER: count,
  })
  .transform((env) => ({
    cluster: env.FIDUCIAL_CLUSTER,
    scorer: { service: env.FIDUCIAL_SCORER_SERVICE, max: env.FIDUCIAL_MAX_SCORERS },
    trainer: { service: env.FIDUCIAL_TRAINER_SERVICE, max: env.FIDUCIAL_MAX_TRAINERS },
    imagesPerScorer: env.FIDUCIAL_IMAGES_PER_SCORER,
  }));
export type WakeConfig = z.infer<typeof wakeSchema>;

const apiSchema = z
  .object({
    FIDUCIAL_OIDC_ISSUER: z.url({ protocol: /^https$/, error: 'expected an https:// URL' }).optional(),
    FIDUCIAL_OIDC_AUDIENCE: z.string().min(1).optional(),
    /** Default: `/.well-known/jwks.json` of the issuer. */
    FIDUCIAL_OIDC_JWKS_URI: z.url({ protocol: /^https$/, error: 'expected an https:// URL' }).optional(),
    /** Comma-separated origins whose pages may call. */
    FIDUCIAL_ORIGINS: z
      .string()
      .default('')
      .transform((value) => value.split(',').filter((origin) => origin !== '')),
  })
  .refine((env) => (env.FIDUCIAL_OIDC_ISSUER === undefined) === (env.FIDUCIAL_OIDC_AUDIENCE === undefined), {
    path: ['FIDUCIAL_OIDC_AUDIENCE'],
    message: 'expected FIDUCIAL_OIDC_ISSUER and FIDUCIAL_OIDC_AUDIENCE together, or neither',
  })
  .transform((env) => ({
    oidc:
      env.FIDUCIAL_OIDC_ISSUER && env.FIDUCIAL_OIDC_AUDIENCE
        ? {
            issuer: env.FIDUCIAL_OIDC_ISSUER,
            audience: env.FIDUCIAL_OIDC_AUDIENCE,
            jwksUri:
              env.FIDUCIAL_OIDC_JWKS_URI ?? `${env.FIDUCIAL_OIDC_ISSUER.replace(/\/$/, '')}/.well-known/jwks.json`,
          }
        : null,
    origins: env.FIDUCIAL_ORIGINS,
  }));
export type ApiConfig = z.infer<typeof apiSchema>;

const workerSchema = z
  .object({
    /** Set by the ECS agent; without it nothing protects the task, and nothing scales it in. */
    ECS_AGENT_URI: z.url().optional(),
    TMPDIR: z.string().min(1).default('/tmp'),
    /** Shards worked on at once, whatever their size. Default: up to eight, by their images (scoring/worker/loop.ts). */
    FIDUCIAL_SHARDS_AT_ONCE: count.max(10).optional(),
    /** A worker that says nothing for so long has lost its messages to another. SQS holds them for 12 hours at most. */
    FIDUCIAL_LEASE_SECONDS: count.min(3).max(43_200).default(60),
    /** Resident memory of all scoring processes together, MB: each is ended at its part. */
    FIDUCIAL_CHILD_MEMORY_MB: count.default(3072),
    /** What scores; `cuda` in the GPU image, where anything else would be a silent fallback. */
    FIDUCIAL_PROVIDER: z.enum(['cpu', 'cuda']).default('cpu'),
    /** What trains. Default: the best that the image holds. */
    FIDUCIAL_BACKEND: z.enum(['tfjs-node-gpu', 'tfjs-node', 'wasm']).optional(),
  })
  .transform((env) => ({
    agentUri: env.ECS_AGENT_URI ?? null,
    temporaryFolder: env.TMPDIR,
    shardsAtOnce: env.FIDUCIAL_SHARDS_AT_ONCE ?? null,
    leaseSeconds: env.FIDUCIAL_LEASE_SECONDS,
    childMemoryMb: env.FIDUCIAL_CHILD_MEMORY_MB,
    provider: env.FIDUCIAL_PROVIDER,
    backend: env.FIDUCIAL_BACKEND ?? null,
  }));
export type WorkerConfig = z.infer<typeof workerSchema>;

export type Environment = Readonly<Record<string, string | undefined>>;

export const readStorageConfig = (env: Environment = process.env): StorageConfig => parse(storageSchema, env);
export const readWakeConfig = (env: Environment = process.env): WakeConfig => parse(wakeSchema, env);
export const readApiConfig = (env: Environment = process.env): ApiConfig => parse(apiSchema, env);
export const readWorkerConfig = (env: Environment = process.env): WorkerConfig => parse(workerSchema, env);

const placeSchema = z
  .object({ AWS_REGION: z.string().min(1).default('us-east-1'), AWS_ENDPOINT_URL: z.url().optional() })
  .transform((env) => ({ region: env.AWS_REGION, endpoint: env.AWS_ENDPOINT_URL ?? null }));

/** Where an operator's command goes: a region of AWS, or LocalStack. */
export const readPlace = (env: Environment = process.env): z.infer<typeof placeSchema> => parse(placeSchema, env);

/** Null where this process is outside of AWS, and there are no services to wake. */
export function readOptionalWakeConfig(env: Environment = process.env): WakeConfig | null {
  return env.FIDUCIAL_CLUSTER === undefined ? null : readWakeConfig(env);
}

/** Throws INVALID_CONFIG, which names every key that is wrong, and what was got. */
function parse<T>(schema: z.ZodType<T>, env: Environment): T {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const key = String(issue.path[0]);
    return `${key}: ${issue.message}, got ${JSON.stringify(env[key]) ?? 'nothing'}`;
  });
  throw new FiducialError('INVALID_CONFIG', `Environment: ${problems.join('; ')}`);
}
