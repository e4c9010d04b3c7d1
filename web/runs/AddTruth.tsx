import { sleep } from '../api/connection.ts';
import { AddGroundTruth, RenewUpload, type RunDetail } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { setFilters } from '../app/location.ts';
import { Failure } from '../ui/States.tsx';
import { DropZone } from '../upload/DropZone.tsx';
import { postFile } from '../upload/post.ts';
import { UploadQueue } from '../upload/queue.ts';

export interface AddTruthProps {
  readonly run: RunDetail;
  readonly onAdded: () => void;
}

/** Compares the run with truth that came later: an `images.jsonl`, known by its digest. */
export function AddTruth({ run, onAdded }: AddTruthProps) {
  const add = useAction(async (file: File) => {
    const truth = await sha256(file);
    const renew = async () => {
      const input = { batch: run.batch!.id, what: 'TRUTH' as const, truth };
      return accepted((await request(RenewUpload, { input })).renewUpload).upload;
    };
    const parts = { renew, post: postFile, sleep, now: Date.now };
    const queue = new UploadQueue(parts, await renew(), [{ key: file.name, file }]);
    await queue.run();
    const [sent] = queue.uploads();
    if (sent?.state !== 'sent') throw new Error(`The file was not uploaded: ${sent?.message}`);
    accepted((await request(AddGroundTruth, { input: { run: run.id, truth } })).addGroundTruth);
    setFilters({ truth });
    onAdded();
  });
  if (!run.batch) return <p class="note">The batch is deleted: there is nothing to compare with.</p>;
  return (
    <>
      <DropZone
        label="Drop an images.jsonl with keypoints here"
        single="file"
        onFiles={([first]) => first && add.start(first.file)}
      />
      {add.busy && <p role="status">Comparing…</p>}
      <Failure error={add.error} />
    </>
  );
}

async function sha256(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
