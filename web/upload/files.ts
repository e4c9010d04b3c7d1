/** From what was dropped or chosen to what is uploaded: paths below the batch, the manifest apart, the rest named. */

export interface ChosenFile {
  /** As dropped, with `/`. */
  readonly path: string;
  readonly file: File;
}

export interface Selection {
  readonly images: readonly ChosenFile[];
  /** `images.jsonl` at the top: boxes, ground truth, groups. */
  readonly manifest: File | null;
  /** Paths that are not uploaded: hidden files and labels in forms that only `fiducial upload` reads. */
  readonly leftOut: readonly string[];
}

const MANIFEST = 'images.jsonl';
const LABELS = /\.(pts|asf|xml|json|jsonl|txt|csv|md|mat)$/i;

/** Paths are below the folder where one folder holds everything, as `fiducial upload FOLDER` has them. */
export function selectionOf(files: readonly ChosenFile[]): Selection {
  const below = withoutCommonFolder(files);
  const images: ChosenFile[] = [];
  const leftOut: string[] = [];
  let manifest: File | null = null;
  for (const one of below) {
    if (one.path === MANIFEST) manifest = one.file;
    else if (isHidden(one.path) || LABELS.test(one.path)) leftOut.push(one.path);
    else images.push(one);
  }
  return { images, manifest, leftOut };
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.')) || /(^|\/)(Thumbs\.db|desktop\.ini)$/i.test(path);
}

function withoutCommonFolder(files: readonly ChosenFile[]): readonly ChosenFile[] {
  const top = files[0]?.path.split('/')[0];
  if (!files.every(({ path }) => path.startsWith(`${top}/`))) return files;
  return files.map(({ path, file }) => ({ path: path.slice(top!.length + 1), file }));
}

/** Of an `<input type=file>`, with or without `webkitdirectory`. */
export function chosenFiles(list: FileList | null): ChosenFile[] {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Of a drop: folders are walked. Has to be called while the drop is being handled. */
export async function droppedFiles(transfer: DataTransfer): Promise<ChosenFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFiles(transfer.files);
  const found: ChosenFile[] = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

async function walk(entry: FileSystemEntry, into: ChosenFile[]): Promise<void> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    into.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives at most 100 entries at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walk(one, into);
  }
}
