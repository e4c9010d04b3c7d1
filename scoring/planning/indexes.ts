/** The entries by which a run is found, and the marker that it is open. Stamped by the commit's time: a retry writes the same keys. */
import { resultKeys } from '../../domain/keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { OpenRun } from '../records.ts';

export function indexKeys(run: Pick<OpenRun, 'project' | 'run' | 'batch' | 'committedAt'>, model: string | null) {
  const entry = resultKeys.indexEntry(run.committedAt, run.run);
  return [
    `${resultKeys.timeIndex(run.project)}${entry}`,
    `${resultKeys.batchIndex(run.project, run.batch)}${entry}`,
    ...(model === null ? [] : [`${resultKeys.modelIndex(run.project, model)}${entry}`]),
  ];
}

/** Before anything else is written, so that what dies in planning is seen, and swept up. */
export async function openRun(results: ObjectStore, run: OpenRun): Promise<void> {
  const body = JSON.stringify(run);
  await results.put(resultKeys.openRun(run.project, run.run), body, { contentType: 'application/json' });
  for (const key of indexKeys(run, null)) await results.put(key, body, { contentType: 'application/json' });
}

export async function indexByModel(results: ObjectStore, run: OpenRun, model: string): Promise<void> {
  const key = indexKeys(run, model).at(-1)!;
  await results.put(key, JSON.stringify(run), { contentType: 'application/json' });
}

export function closeRun(results: ObjectStore, project: string, run: string): Promise<void> {
  return results.delete(resultKeys.openRun(project, run));
}
