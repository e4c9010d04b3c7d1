/** The one place that knows how ledger keys are spelt. Shard ids are padded so that listings are in plan order. */
import { FiducialError } from './errors.ts';

/** Longest batch: a million shards. */
const SHARD_DIGITS = 6;

export function shardId(index: number): string {
  return String(index).padStart(SHARD_DIGITS, '0');
}

export const uploadKeys = {
  batch: (project: string, batch: string) => `${project}/batches/${batch}/`,
  images: (project: string, batch: string) => `${project}/batches/${batch}/images/`,
  image: (project: string, batch: string, key: string) => `${project}/batches/${batch}/images/${key}`,
  manifest: (project: string, batch: string) => `${project}/batches/${batch}/images.jsonl`,
  truths: (project: string, batch: string) => `${project}/batches/${batch}/truths/`,
  /** Truth that came after the run, by its digest. */
  truth: (project: string, batch: string, digest: string) => `${project}/batches/${batch}/truths/${digest}.jsonl`,
  batchInfo: (project: string, batch: string) => `${project}/batches/${batch}/batch.json`,
  batches: (project: string) => `${project}/batches/`,
  commits: 'commits/',
  commitsOf: (project: string, batch: string) => `commits/${project}/${batch}/`,
  commit: (project: string, batch: string, commit: string) => `commits/${project}/${batch}/${commit}.json`,
} as const;

export const resultKeys = {
  runs: (project: string) => `${project}/runs/`,
  run: (project: string, run: string) => `${project}/runs/${run}/`,
  record: (project: string, run: string) => `${project}/runs/${run}/run.json`,
  rejected: (project: string, run: string) => `${project}/runs/${run}/rejected.json`,
  plan: (project: string, run: string, attempt: string) => `${project}/runs/${run}/plans/${attempt}/`,
  /** First keys of the shards that one call of the planner wrote, by its first shard. */
  planNames: (project: string, run: string, attempt: string) => `${project}/runs/${run}/plans/${attempt}/names/`,
  /** sha256 of the images that the model was trained on, a JSON array; there where that is known. */
  planSeen: (project: string, run: string, attempt: string) => `${project}/runs/${run}/plans/${attempt}/seen.json`,
  planShard: (project: string, run: string, attempt: string, shard: string) =>
    `${project}/runs/${run}/plans/${attempt}/${shard}.jsonl`,
  predictions: (project: string, run: string) => `${project}/runs/${run}/predictions/`,
  predictionShard: (project: string, run: string, shard: string) => `${project}/runs/${run}/predictions/${shard}.jsonl`,
  summaries: (project: string, run: string) => `${project}/runs/${run}/summaries/`,
  /**
   * Its counts are in its key, failures by code too, in alphabetical order: `<shard>.<scored>.<failed>.<CODE-n>...json`.
   * So listings tell how far a run is and what fails. All codes with six digits each come to 230 of S3's 1,024 bytes.
   */
  summary: (project: string, run: string, shard: string, { scored, failed, errors }: ShardCounts) =>
    `${project}/runs/${run}/summaries/${[shard, scored, failed, ...countsByCode(errors)].join('.')}.json`,
  /** Of a run whose finishing reads much: the shard whose worker is at it. It stays. */
  finishing: (project: string, run: string) => `${project}/runs/${run}/finishing.json`,
  done: (project: string, run: string) => `${project}/runs/${run}/done.json`,
  cancelled: (project: string, run: string) => `${project}/runs/${run}/cancelled.json`,
  /** Runs that are neither done, rejected nor deleted yet: what the sweep looks at. */
  open: (project: string) => `${project}/open/`,
  openRun: (project: string, run: string) => `${project}/open/${run}.json`,
  /** Deletions that are not through yet, beside their tombstones, which stay. */
  deleting: (project: string) => `${project}/deleting/`,
  deletingRun: (project: string, run: string) => `${project}/deleting/runs/${run}.json`,
  deletingBatch: (project: string, batch: string) => `${project}/deleting/batches/${batch}.json`,
  deleted: (project: string, run: string) => `${project}/tombstones/runs/${run}.json`,
  deletedBatch: (project: string, batch: string) => `${project}/tombstones/batches/${batch}.json`,
  evaluation: (project: string, run: string, truth: string) => `${project}/runs/${run}/evaluations/${truth}/`,
  evaluationSummary: (project: string, run: string, truth: string, shard: string) =>
    `${project}/runs/${run}/evaluations/${truth}/summaries/${shard}.json`,
  evaluationSummaries: (project: string, run: string, truth: string) =>
    `${project}/runs/${run}/evaluations/${truth}/summaries/`,
  /** Of the truth that a finished run began with: the names of its summaries, which hold the evaluations. */
  evaluationShards: (project: string, run: string, truth: string) =>
    `${project}/runs/${run}/evaluations/${truth}/shards.json`,
  evaluations: (project: string, run: string) => `${project}/runs/${run}/evaluations/`,
  /** Failed items of a finished run by error code, in plan order, in pages. */
  failures: (project: string, run: string, code: string, page: string) =>
    `${project}/runs/${run}/failures/${code}/${page}.jsonl`,
  order: (project: string, run: string, truth: string, page: string) =>
    `${project}/runs/${run}/evaluations/${truth}/order/${page}.jsonl`,
  /** Why the run can not be compared with this truth. */
  evaluationRejected: (project: string, run: string, truth: string) =>
    `${project}/runs/${run}/evaluations/${truth}/rejected.json`,
  metrics: (project: string, run: string, truth: string) => `${project}/runs/${run}/evaluations/${truth}/metrics.json`,
  /** Newest first in one LIST: the stamp counts down. */
  timeIndex: (project: string) => `${project}/index/time/`,
  batchIndex: (project: string, batch: string) => `${project}/index/batch/${batch}/`,
  modelIndex: (project: string, model: string) => `${project}/index/model/${model}/`,
  indexEntry: (committedAt: string, run: string) => `${countdown(committedAt)}-${run}`,
} as const;

export const modelKeys = {
  models: (owner: string) => `${owner}/models/`,
  model: (owner: string, name: string) => `${owner}/models/${name}/`,
  onnx: (owner: string, name: string, version: string) => `${owner}/models/${name}/${version}/model.onnx`,
  card: (owner: string, name: string, version: string) => `${owner}/models/${name}/${version}/card.json`,
  alias: (owner: string, name: string, alias: string) => `${owner}/models/${name}/aliases/${alias}.json`,
  dataset: (project: string, name: string, version: string) => `${project}/datasets/${name}/${version}/`,
  trainings: (project: string) => `${project}/training/`,
  training: (project: string, training: string) => `${project}/training/${training}/`,
  trainingFile: (project: string, training: string, path: string) => `${project}/training/${training}/${path}`,
  trainingJob: (project: string, training: string) => `${project}/training/${training}/job.json`,
  trainingStarted: (project: string, training: string) => `${project}/training/${training}/started.json`,
  trainingEpochs: (project: string, training: string) => `${project}/training/${training}/epochs/`,
  /** From 1, padded so that listings are in order. */
  trainingEpoch: (project: string, training: string, epoch: number) =>
    `${project}/training/${training}/epochs/${String(epoch).padStart(5, '0')}.json`,
  trainingFigures: (project: string, training: string) => `${project}/training/${training}/figures/`,
  trainingDone: (project: string, training: string) => `${project}/training/${training}/done.json`,
  trainingCancelled: (project: string, training: string) => `${project}/training/${training}/cancelled.json`,
  sweeps: (project: string) => `${project}/sweeps/`,
  sweep: (project: string, sweep: string) => `${project}/sweeps/${sweep}.json`,
} as const;

/** What the API keeps beside the results. */
export const apiKeys = {
  /** The first call with an idempotency key. */
  firstCall: (project: string, hash: string) => `${project}/idempotency/${hash}.json`,
  tokens: (project: string) => `${project}/api-tokens/`,
  /** By the sha256 of the token. */
  token: (project: string, hash: string) => `${project}/api-tokens/${hash}.json`,
} as const;

/**
 * An id that sorts newest first, so that one LIST gives the latest batches, trainings and sweeps. `unique` tells apart
 * those of one millisecond: a-z, 0-9.
 */
export function newestFirstId(at: Date, unique: string): string {
  return `${(9_999_999_999_999 - at.getTime()).toString(36).padStart(9, '0')}-${unique}`;
}

/** 13 digits that sort newest first. */
function countdown(iso: string): string {
  return String(9_999_999_999_999 - Date.parse(iso)).padStart(13, '0');
}

/** Of a run's index entry: `<countdown>-<run>`. */
export function parseIndexEntry(entry: string): { run: string; committedAt: string } {
  const match = /^(\d{13})-(.+)$/.exec(entry);
  if (!match) throw new FiducialError('CORRUPT_STORE', `Expected an index entry <13 digits>-<run>, got ${entry}`);
  return { run: match[2]!, committedAt: new Date(9_999_999_999_999 - Number(match[1])).toISOString() };
}

/** What a summary's key tells of its shard. */
export interface ShardCounts {
  readonly scored: number;
  readonly failed: number;
  /** Failed items by error code. Empty, though some failed, in keys that were written before they told codes. */
  readonly errors: Readonly<Record<string, number>>;
}

function countsByCode(errors: ShardCounts['errors']): string[] {
  return Object.keys(errors)
    .sort()
    .map((code) => `${code}-${errors[code]}`);
}

/** Of a summary's key; null for other keys. */
export function parseSummaryKey(key: string): ({ readonly shard: string } & ShardCounts) | null {
  const match = /\/summaries\/(\d{6})\.(\d+)\.(\d+)((?:\.[A-Z_]+-\d+)*)\.json$/.exec(key);
  if (!match) return null;
  const [, shard, scored, failed, codes] = match;
  const errors = [...codes!.matchAll(/([A-Z_]+)-(\d+)/g)].map(([, code, count]) => [code!, Number(count)] as const);
  return { shard: shard!, scored: Number(scored), failed: Number(failed), errors: Object.fromEntries(errors) };
}

export function parseCommitKey(key: string): { project: string; batch: string; commit: string } | null {
  const match = /^commits\/([^/]+)\/([^/]+)\/([^/]+)\.json$/.exec(key);
  return match ? { project: match[1]!, batch: match[2]!, commit: match[3]! } : null;
}
