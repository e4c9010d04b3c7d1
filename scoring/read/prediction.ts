/** One prediction, and those of one shard. */
import { resultKeys } from '../../domain/keys.ts';
import { type Prediction, predictionSchema, type Run } from '../../domain/records.ts';
import { decodeJson, decodeLines, type LinePlace } from '../jsonl.ts';
import { readBody } from '../objects.ts';
import type { PredictionPlace, PredictionView, ReadStores } from './types.ts';

type Results = Pick<ReadStores, 'results'>;

/** Empty where the shard is not scored yet. */
export async function shardPredictions(
  stores: Results,
  run: Pick<Run, 'project' | 'run'>,
  shard: string,
): Promise<Prediction[]> {
  const key = resultKeys.predictionShard(run.project, run.run, shard);
  const body = await readBody(stores.results, key);
  return body ? decodeLines(body, predictionSchema, key) : [];
}

/** One GET: of the line alone where its place in bytes is known. Null where there is none (yet). */
export async function readPrediction(
  stores: Results,
  project: string,
  run: string,
  { shard, line }: PredictionPlace,
  bytes?: LinePlace,
): Promise<PredictionView | null> {
  if (!bytes) {
    const prediction = (await shardPredictions(stores, { project, run }, shard))[line];
    return prediction ? { project, run, shard, line, prediction } : null;
  }
  const key = resultKeys.predictionShard(project, run, shard);
  const { body } = await stores.results.get(key, { range: { from: bytes.from, to: bytes.to } });
  return { project, run, shard, line, prediction: decodeJson(body, predictionSchema, key) };
}
