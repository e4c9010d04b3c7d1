import { useState } from 'preact/hooks';
import { type ChosenFile, chosenFiles, droppedFiles } from './files.ts';

export interface DropZoneProps {
  readonly label: string;
  /** One photo, or one file, instead of folders and files. */
  readonly single?: 'photo' | 'file' | null;
  readonly onFiles: (files: readonly ChosenFile[]) => void;
}

/** A place to drop on, and buttons that do the same. */
export function DropZone({ label, single = null, onFiles }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(onFiles);
  };
  const hover = (inside: boolean) => (event: Event) => {
    event.preventDefault();
    setOver(inside);
  };
  return (
    <section
      class={over ? 'drop over' : 'drop'}
      aria-label={label}
      onDrop={drop}
      onDragOver={hover(true)}
      onDragLeave={hover(false)}
    >
      <p>{label}</p>
      <p>
        {!single && <Choose label="Choose a folder" folder onFiles={onFiles} />}
        <Choose label={single ? `Choose a ${single}` : 'Choose files'} single={single} onFiles={onFiles} />
      </p>
    </section>
  );
}

interface ChooseProps extends DropZoneProps {
  readonly folder?: boolean;
}

function Choose({ label, folder = false, single = null, onFiles }: ChooseProps) {
  return (
    <label class="button">
      {label}
      <input
        class="sr-only"
        type="file"
        multiple={!single}
        accept={single === 'photo' ? 'image/*' : undefined}
        {...(folder ? { webkitdirectory: true } : {})}
        onChange={({ currentTarget }) => {
          onFiles(chosenFiles(currentTarget.files));
          currentTarget.value = '';
        }}
      />
    </label>
  );
}
