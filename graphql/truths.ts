/** Ground truth of an item: as its run was planned with, or as it came later. */
import { resultKeys, uploadKeys } from '../domain/keys.ts';
import { manifestEntrySchema, type PlanItem, planItemSchema, type TruthFace } from '../domain/records.ts';
import { decodeLines, linePlaces } from '../scoring/jsonl.ts';
import { readBody } from '../scoring/objects.ts';
import { readRun } from '../scoring/read/runs.ts';
import type { PredictionView, RunView } from '../scoring/read/types.ts';
import { once } from './pages.ts';
import type { ApiContext } from './ports.ts';

/** Late truth is one object; a larger one is not read for the sake of a picture. */
const MOST_LATE_BYTES = 32_000_000;

/** `truth`: a digest; null for the one that came with the batch. Empty where the run is gone. */
export async function readTruths(
  context: ApiContext,
  view: PredictionView,
  truth: string | null,
): Promise<TruthFace[]> {
  const { project, run, shard, line, prediction } = view;
  const known = await once(context, `run ${project} ${run}`, () => readRun(context.parts.stores, project, run));
  if (!known) return [];
  if (truth && truth !== known.record?.truth) return lateTruths(context, known, truth, prediction.key);
  const items = await once(context, `plan ${project} ${run} ${shard}`, () => planShard(context, known, shard));
  return [...(items[line]?.truths ?? [])];
}

/** Lines of plan and predictions agree. */
async function planShard({ parts }: ApiContext, { record }: RunView, shard: string): Promise<PlanItem[]> {
  if (!record) return [];
  const key = resultKeys.planShard(record.project, record.run, record.attempt, shard);
  const body = await readBody(parts.stores.results, key);
  return body ? decodeLines(body, planItemSchema, key) : [];
}

/** All lines of the image. */
async function lateTruths(
  context: ApiContext,
  { project, batch }: RunView,
  truth: string,
  key: string,
): Promise<TruthFace[]> {
  const place = uploadKeys.truth(project, batch, truth);
  const body = await once(context, `truth ${place}`, () => lateBody(context, place));
  return linesNaming(body, key).flatMap((text) => {
    const parsed = manifestEntrySchema.safeParse(parse(text));
    if (!parsed.success || parsed.data.key !== key) return [];
    const { box = null, keypoints = null, layout = null, group = null } = parsed.data;
    return [{ box, keypoints, layout, group }];
  });
}

async function lateBody({ parts }: ApiContext, place: string): Promise<Buffer> {
  const found = await parts.stores.uploads.head(place);
  if (!found || found.bytes > MOST_LATE_BYTES) return Buffer.alloc(0);
  return (await readBody(parts.stores.uploads, place)) ?? Buffer.alloc(0);
}

/** Only lines that hold the key's name are parsed: its last part without what JSON may write in two ways. */
function linesNaming(body: Buffer, key: string): string[] {
  const plain = /[\w.-]*$/.exec(key)![0];
  return linePlaces(body).flatMap(({ from, to }) => {
    const line = body.subarray(from, to + 1);
    return line.includes(plain) ? [line.toString('utf8')] : [];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
