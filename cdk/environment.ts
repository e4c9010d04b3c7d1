/** The settings that processes on AWS read (functions/config.ts parses them, and a test holds the two together). */
import type { Deployment } from './config.ts';
import { IMAGES_PER_WOKEN_WORKER } from './scaling.ts';
import type { ComputeStack } from './stacks/compute.ts';
import type { StorageStack } from './stacks/storage.ts';

export type Environment = Record<string, string>;

export function storageEnvironment(storage: StorageStack, deployment: Deployment): Environment {
  return {
    FIDUCIAL_STAGE: deployment.stage,
    FIDUCIAL_UPLOADS_BUCKET: storage.uploads.bucketName,
    FIDUCIAL_RESULTS_BUCKET: storage.results.bucketName,
    FIDUCIAL_MODELS_BUCKET: storage.models.bucketName,
    FIDUCIAL_PLAN_QUEUE_URL: storage.plan.queue.queueUrl,
    FIDUCIAL_PLAN_DEAD_LETTERS_URL: storage.plan.deadLetters.queueUrl,
    FIDUCIAL_SCORE_QUEUE_URL: storage.score.queue.queueUrl,
    FIDUCIAL_SCORE_DEAD_LETTERS_URL: storage.score.deadLetters.queueUrl,
    FIDUCIAL_TRAIN_QUEUE_URL: storage.train.queue.queueUrl,
    FIDUCIAL_TRAIN_DEAD_LETTERS_URL: storage.train.deadLetters.queueUrl,
  };
}

/** For those that wake workers. */
export function wakeEnvironment(compute: ComputeStack, deployment: Deployment): Environment {
  return {
    FIDUCIAL_CLUSTER: compute.cluster.clusterName,
    FIDUCIAL_SCORER_SERVICE: compute.scorer.service.serviceName,
    FIDUCIAL_TRAINER_SERVICE: compute.trainer.service.serviceName,
    FIDUCIAL_MAX_SCORERS: String(deployment.maxScorers),
    FIDUCIAL_MAX_TRAINERS: String(deployment.maxTrainers),
    FIDUCIAL_IMAGES_PER_SCORER: String(IMAGES_PER_WOKEN_WORKER[deployment.compute]),
  };
}

export function apiEnvironment(deployment: Deployment): Environment {
  const { oidcIssuer, oidcAudience, oidcJwksUri, dashboardOrigins } = deployment;
  return {
    ...(oidcIssuer && oidcAudience ? { FIDUCIAL_OIDC_ISSUER: oidcIssuer, FIDUCIAL_OIDC_AUDIENCE: oidcAudience } : {}),
    ...(oidcJwksUri ? { FIDUCIAL_OIDC_JWKS_URI: oidcJwksUri } : {}),
    FIDUCIAL_ORIGINS: dashboardOrigins.join(','),
  };
}
