/** Times and sizes that two sides of the deployment have to agree on. */

/**
 * A message is hidden this long where its receiver does not say. Scorer and trainer ask for a minute with each receive,
 * and their heartbeat hides it again; the Lambda of the dead letters waits one of these out.
 */
export const LEASE_SECONDS = 120;

/** Until a message is a dead letter. Receives are not failures (a spot machine can be taken back again and again). */
export const MAX_RECEIVES = 10;

/** The planner's Lambda. A listing that takes longer goes on by a message to itself. */
export const PLAN_TIMEOUT_SECONDS = 300;

/**
 * A worker's share of its machine. The smallest machine of each family has 4 vCPUs; those with a GPU have 16 GiB, the
 * others 8 to 16, of which the machine keeps some.
 */
export const WORKER_TASK = {
  gpu: { vcpus: 4, cpu: 3584, memoryMiB: 13_312, gpus: 1, diskGiB: 80 },
  cpu: { vcpus: 4, cpu: 3584, memoryMiB: 6_144, gpus: 0, diskGiB: 40 },
} as const;

/** Between SIGTERM and SIGKILL. A spot machine is taken back two minutes after its notice. */
export const STOP_SECONDS = 110;

/** Our own metrics, which functions/metrics.ts sends in CloudWatch's embedded format. The scaling rules read `running`. */
export const METRICS_NAMESPACE = 'Fiducial';
export const METRICS = { running: 'Running', images: 'Images', imagesFailed: 'ImagesFailed' } as const;

/** Of the whole API; each caller's own limit is in graphql/. */
export const API_LIMITS = { requestsPerSecond: 200, burst: 400 } as const;

/** Dead letters are handled one by one and quickly. Shorter than the lease that hides them. */
export const DEAD_LETTERS_TIMEOUT_SECONDS = 60;
