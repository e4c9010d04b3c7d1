/**
 * Our own manifest, `images.jsonl`: a line a face, `{key, box, keypoints, layout, group}`. Coordinates are continuous
 * pixels already. Keys are relative to `images/` beside the file where that folder is there, else to the file.
 */
import { type ManifestEntry, manifestEntrySchema } from '../../../domain/records.ts';
import { excerpt, invalidDataset } from '../invalid.ts';

/** Throws INVALID_DATASET. */
export function parseImagesJsonl(text: string, file: string): ManifestEntry[] {
  const entries: ManifestEntry[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line !== '') entries.push(parseLine(line, file, index + 1));
  }
  return entries;
}

function parseLine(line: string, file: string, number: number): ManifestEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw invalidDataset(file, number, 'a JSON object', excerpt(line), cause);
  }
  const parsed = manifestEntrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.join('.') || 'the line';
  throw invalidDataset(file, number, 'an entry {key, box?, keypoints?, layout?, group?}', `${field}: ${issue.message}`);
}
