/** Files by the sha256 of their content. What does not match its name is fetched again. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../storage/wholeFile.ts';
import { sha256Of } from './digest.ts';

/** Several processes may share the folder: a file is renamed into place when it is whole. */
export async function cachedBytes(
  folder: string | null,
  sha256: string,
  fetch: () => Promise<Buffer>,
): Promise<Buffer> {
  if (folder === null) return await fetch();
  const file = join(folder, `${sha256}.onnx`);
  const there = await readFile(file).catch(() => null);
  if (there && sha256Of(there) === sha256) return there;
  const bytes = await fetch();
  // Where the disk is full, the copy is missed the next time, and nothing else.
  if (sha256Of(bytes) === sha256) await keep(folder, file, bytes).catch(() => {});
  return bytes;
}

async function keep(folder: string, file: string, bytes: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeWhole(file, bytes);
}
