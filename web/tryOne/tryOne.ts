/** One photo through upload, commit and scoring. */
import { ApiError } from '../api/apiError.ts';
import { sleep } from '../api/connection.ts';
import { CommitBatch, Items, RunPage } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { accepted } from '../api/useAction.ts';
import type { ScoringChoice } from '../batches/ScoringFields.tsx';
import { startUpload } from '../upload/startUpload.ts';

export interface Tried {
  /** Ids. */
  readonly run: string;
  readonly prediction: string;
  readonly layout: string;
}

const POLL_MS = 150;
const LONGEST_MS = 120_000;

/** `onStep` is told what is being done. Throws ApiError. */
export async function tryOne(
  name: string,
  file: File,
  choice: ScoringChoice,
  onStep: (step: string) => void,
): Promise<Tried> {
  onStep('Uploading');
  const { batch, images } = await startUpload(name, { images: [{ path: name, file }], manifest: null, leftOut: [] });
  await images.run();
  const [sent] = images.uploads();
  if (sent?.state !== 'sent')
    throw new ApiError('refused', 'NOT_UPLOADED', sent?.message ?? 'It was not uploaded', true);
  onStep('Looking for points');
  const committed = accepted((await request(CommitBatch, { input: { batch, ...choice } })).commitBatch);
  const layout = await ended(committed.run.id);
  const { run } = await request(Items, { id: committed.run.id, first: 1 });
  const prediction = run?.predictions.edges[0]?.node.id;
  if (!prediction) throw new ApiError('refused', 'NO_RESULT', 'The run has ended without a result for this photo');
  return { run: committed.run.id, prediction, layout };
}

/** Waits for the end of a run; gives its layout. */
async function ended(id: string): Promise<string> {
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; await sleep(POLL_MS)) {
    const { run } = await request(RunPage, { id });
    if (run?.rejection) throw new ApiError('refused', run.rejection.code, run.rejection.message);
    if (run?.status === 'DONE' || run?.status === 'FAILED') return run.model?.layout ?? 'points';
  }
  throw new ApiError('refused', 'TIMEOUT', 'Nothing came within two minutes; is a scorer running?', true);
}
