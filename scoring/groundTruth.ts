/** Ground truth that comes after the commit: each run of the batch is compared with it, now or when it is finished. */
import { FiducialError } from '../domain/errors.ts';
import { parseIndexEntry, resultKeys, uploadKeys } from '../domain/keys.ts';
import type { Run } from '../domain/records.ts';
import { listAll } from './objects.ts';
import type { EvaluateMessage } from './planning/messages.ts';
import type { ScoringParts } from './ports.ts';

type Parts = Pick<ScoringParts, 'stores' | 'queues'>;

/**
 * Asks for the comparison of every run of the batch with `truths/<truth>.jsonl`, which has been uploaded. Gives their
 * ids. Idempotent. Runs committed later are compared too, when they are finished. NOT_FOUND where there is no such truth.
 */
export async function compareWithTruth(
  parts: Parts,
  { project, batch, truth }: { readonly project: string; readonly batch: string; readonly truth: string },
): Promise<string[]> {
  const { uploads, results } = parts.stores;
  if (!(await uploads.head(uploadKeys.truth(project, batch, truth)))) {
    throw new FiducialError('NOT_FOUND', `Expected ground truth ${truth} of batch ${batch}: upload it first`);
  }
  const prefix = resultKeys.batchIndex(project, batch);
  const runs: string[] = [];
  for await (const { key } of listAll(results, prefix)) runs.push(parseIndexEntry(key.slice(prefix.length)).run);
  for (const run of runs) await askForEvaluation(parts, { project, run, truth });
  return runs;
}

/** Asks for one comparison, also where it was rejected before. */
export async function askForEvaluation(
  { stores, queues }: Parts,
  { project, run, truth }: Omit<EvaluateMessage, 'kind'>,
): Promise<void> {
  await stores.results.delete(resultKeys.evaluationRejected(project, run, truth));
  const { body, group } = message({ kind: 'evaluate', project, run, truth });
  await queues.plan.send(body, { group });
}

/** For a run that has just been finished: the truths of its batch that it was not compared with. One LIST. */
export async function sendEvaluations({ stores, queues }: Parts, { project, run, batch }: Run): Promise<void> {
  const prefix = uploadKeys.truths(project, batch);
  for await (const { key } of listAll(stores.uploads, prefix)) {
    const truth = /^([0-9a-f]{64})\.jsonl$/.exec(key.slice(prefix.length))?.[1];
    if (!truth || (await stores.results.head(resultKeys.metrics(project, run, truth)))) continue;
    await queues.plan.sendAll([message({ kind: 'evaluate', project, run, truth })]);
  }
}

function message(evaluate: EvaluateMessage): { body: string; group: string } {
  return { body: JSON.stringify(evaluate), group: evaluate.project };
}
