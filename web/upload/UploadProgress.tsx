import { useEffect } from 'preact/hooks';
import { bytes, count } from '../ui/formatting.ts';
import { LongList } from '../ui/LongList.tsx';
import { Progress } from '../ui/Progress.tsx';
import type { Upload, UploadQueue } from './queue.ts';
import { useUploads } from './useUploads.ts';

export interface UploadProgressProps {
  readonly queue: UploadQueue;
  readonly manifest: UploadQueue | null;
  /** Whether everything is sent, or left out by choice. */
  readonly onChange: (through: boolean) => void;
}

/** How far an upload is; what failed is named, and can be tried again. */
export function UploadProgress({ queue, manifest, onChange }: UploadProgressProps) {
  const totals = useUploads(queue);
  const labels = useUploads(manifest ?? queue);
  const ended = totals.sent + totals.failed === totals.files && labels.sent === labels.files;
  useEffect(() => onChange(ended && totals.sent > 0), [ended, totals.sent > 0]);
  const failed = queue.uploads().filter(({ state }) => state === 'failed');
  const under = queue.uploads().filter(({ state }) => state === 'sending');
  return (
    <div class="upload">
      <Progress
        label="Upload"
        share={totals.bytes === 0 ? totals.sent / totals.files : totals.sentBytes / totals.bytes}
      />
      <p role="status">
        {count(totals.sent)} of {count(totals.files)} files, {bytes(totals.sentBytes)} of {bytes(totals.bytes)}
        {totals.failed > 0 && `; ${count(totals.failed)} failed`}
        {manifest && labels.failed > 0 && '; images.jsonl failed'}
      </p>
      {under.length > 0 && <Files label="Being sent" files={under} />}
      {failed.length > 0 && (
        <>
          <Files label="Failed" files={failed} />
          <button type="button" onClick={() => void queue.retryFailed()}>
            Try the failed ones again
          </button>
        </>
      )}
      {manifest && labels.failed > 0 && (
        <button type="button" onClick={() => void manifest.retryFailed()}>
          Try images.jsonl again
        </button>
      )}
    </div>
  );
}

function Files({ label, files }: { readonly label: string; readonly files: readonly Upload[] }) {
  return (
    <LongList label={label} rows={files} rowHeight={28} keyOf={({ key }) => key}>
      {({ key, bytes: size, sentBytes, state, message }) => (
        <div class="row small">
          <span class="key row-main">{key}</span>
          <span class="note">{message ?? ''}</span>
          <span>{state === 'sending' ? `${bytes(sentBytes)} of ${bytes(size)}` : bytes(size)}</span>
        </div>
      )}
    </LongList>
  );
}
