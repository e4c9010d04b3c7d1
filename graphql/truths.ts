/** Ground truth of an item, from the plan of its run. */
import { resultKeys } from '../domain/keys.ts';
import { type PlanItem, planItemSchema, type TruthFace } from '../domain/records.ts';
import { decodeLines } from '../scoring/jsonl.ts';
import { readBody } from '../scoring/objects.ts';
import { readRun } from '../scoring/read/runs.ts';
import type { PredictionView } from '../scoring/read/types.ts';
import { once } from './pages.ts';
import type { ApiContext } from './ports.ts';

/** Lines of plan and predictions agree. Empty where the run is gone. */
export async function readTruths(context: ApiContext, view: PredictionView): Promise<TruthFace[]> {
  const { project, run, shard, line } = view;
  const items = await once(context, `plan ${project} ${run} ${shard}`, () => planShard(context, project, run, shard));
  return [...(items[line]?.truths ?? [])];
}

async function planShard(context: ApiContext, project: string, run: string, shard: string): Promise<PlanItem[]> {
  const { stores } = context.parts;
  const record = (await once(context, `run ${project} ${run}`, () => readRun(stores, project, run)))?.record;
  if (!record) return [];
  const key = resultKeys.planShard(project, run, record.attempt, shard);
  const body = await readBody(stores.results, key);
  return body ? decodeLines(body, planItemSchema, key) : [];
}
