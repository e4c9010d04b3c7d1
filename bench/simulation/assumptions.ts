/** What the simulated S3, SQS and machines do. Assumptions, in one place, recorded with every result. */
import { IMAGES_PER_WOKEN_WORKER } from '../../cdk/scaling.ts';

export const ASSUMED = {
  /** Milliseconds, first byte to last of small objects in the same region. */
  latency: {
    get: { median: 20, p99: 150 },
    head: { median: 12, p99: 100 },
    put: { median: 30, p99: 200 },
    list: { median: 60, p99: 400 },
    delete: { median: 20, p99: 150 },
    queue: { median: 8, p99: 60 },
    /** From an upload to its event on the queue. */
    event: { median: 1_000, p99: 30_000 },
    /** From a send to the first receive that could have it. */
    delivery: { median: 15, p99: 150 },
  },
  /** A second and partition, as S3 states them. It splits a partition after half an hour or so of more. */
  partition: { reads: 5_500, writes: 3_500 },
  /** Of requests: answered by 503, which is not billed and tried again inside the adapter. */
  refused: 0.001,
  refusedWaitMs: 150,
  /** Of writes: done, and the answer lost; the second try is billed. */
  lostAnswers: 0.0005,
  /** Of messages: delivered once more than they should. */
  duplicates: 0.002,
  /** Of events: the same. */
  duplicateEvents: 0.01,
  /** Images a second of one worker: what the planner divides a batch by. */
  imagesPerSecond: { gpu: IMAGES_PER_WOKEN_WORKER.gpu / 600, cpu: IMAGES_PER_WOKEN_WORKER.cpu / 600 },
  /** Reads of one shard at once: READING.atOnce. */
  readsAtOnce: 16,
  /** Of all shards of a worker that takes shards by their images: scoring/worker/loop.ts, less a place kept a shard. */
  readsOfAllAtOnce: 41,
  /** Of the images: not an image. */
  badImages: 0.002,
  /** Hours between two reclaims of one spot machine, and which part of them comes without its notice. */
  reclaimEveryHours: 6,
  withoutNotice: 0.1,
  replacedAfterSeconds: 150,
  leaseSeconds: 120,
  /** The planner's Lambda hands over to the next call after this, so that it ends well within its five minutes. */
  planCallSeconds: 240,
  planMemoryGb: 1,
} as const;
export type Compute = keyof typeof ASSUMED.imagesPerSecond;
