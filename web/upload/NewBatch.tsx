/** Drop, look, upload, commit: a batch from start to run. */
import { useState } from 'preact/hooks';
import { useAction } from '../api/useAction.ts';
import { useValue } from '../api/value.ts';
import { CommitForm } from '../batches/CommitForm.tsx';
import { bytes, count } from '../ui/formatting.ts';
import { Failure } from '../ui/States.tsx';
import { currentUpload, dismiss, follow } from './current.ts';
import { DropZone } from './DropZone.tsx';
import { type Selection, selectionOf } from './files.ts';
import { type StartedUpload, startUpload } from './startUpload.ts';
import { UploadProgress } from './UploadProgress.tsx';

export function NewBatch({ onMade }: { readonly onMade: () => void }) {
  const upload = useValue(currentUpload);
  const [selection, setSelection] = useState<Selection | null>(null);
  if (upload) return <Uploading key={upload.batch} upload={upload} />;
  return (
    <>
      <DropZone
        label="Drop a folder or images here"
        onFiles={(files) => files.length > 0 && setSelection(selectionOf(files))}
      />
      {selection && <Summary selection={selection} />}
      {selection && selection.images.length > 0 && <Start selection={selection} onMade={onMade} />}
    </>
  );
}

function Start({ selection, onMade }: { readonly selection: Selection; readonly onMade: () => void }) {
  const [name, setName] = useState('');
  const start = useAction(async () => {
    void follow(await startUpload(name, selection));
    onMade();
  });
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        start.start();
      }}
    >
      <label>
        Name
        <input value={name} maxLength={200} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" disabled={start.busy}>
        Upload
      </button>
      <Failure error={start.error} />
    </form>
  );
}

function Summary({ selection: { images, manifest, leftOut } }: { readonly selection: Selection }) {
  const size = images.reduce((sum, { file }) => sum + file.size, 0);
  const rest = leftOut.length > 3 ? ` and ${leftOut.length - 3} more` : '';
  return (
    <div role="status">
      <p>
        {count(images.length)} {images.length === 1 ? 'file' : 'files'}, {bytes(size)}
        {manifest && '; images.jsonl gives their boxes and ground truth'}
      </p>
      {leftOut.length > 0 && (
        <p class="note">
          Not uploaded: {leftOut.slice(0, 3).join(', ')}
          {rest}. Labels of other forms are read by <code>fiducial upload --truth</code>.
        </p>
      )}
    </div>
  );
}

function Uploading({ upload: { batch, images, manifest } }: { readonly upload: StartedUpload }) {
  const [through, setThrough] = useState(false);
  return (
    <>
      <UploadProgress queue={images} manifest={manifest} onChange={setThrough} />
      <CommitForm batch={batch} disabled={!through} onCommitted={dismiss} />
      <button type="button" onClick={dismiss}>
        {through ? 'Another batch' : 'Stop the upload'}
      </button>
    </>
  );
}
