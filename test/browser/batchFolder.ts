/** A folder as somebody would drop it: photos, one on its side, broken files, hostile names, a manifest. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Point } from '../../domain/geometry.ts';
import { spotImage, truthOf } from './marksModel.ts';

export const HOSTILE = '<img src=x onerror="window.hacked=1">.jpg';
export const GOOD = 40;
/** Images that fail, by reason. */
export const FAILURES = { NOT_AN_IMAGE: 2, TRUNCATED: 1 } as const;
export const ITEMS = GOOD + 3;

/** Each its own place; the last is stored on its side. */
export function lightOf(index: number): Point {
  return [60 + (index % 8) * 5, 45 + Math.floor(index / 8) * 6];
}

export async function writeBatchFolder(folder: string): Promise<void> {
  await mkdir(join(folder, 'people'), { recursive: true });
  const lines: object[] = [];
  for (let i = 0; i < GOOD; i++) {
    const key = `people/${String(i).padStart(2, '0')}.jpg`;
    await writeFile(join(folder, key), await spotImage(lightOf(i), i === GOOD - 1 ? 6 : 1));
    // A known error: the truth of photo i lies i/8 px to the right of where the network sees it.
    const keypoints = truthOf(lightOf(i)).map(([x, y]) => [x + i / 8, y]);
    lines.push({ key, keypoints, layout: 'ibug68', group: i % 2 === 0 ? 'even' : 'odd' });
  }
  const whole = await spotImage([80, 60]);
  const broken: Record<string, Buffer> = {
    [HOSTILE]: Buffer.from('no image'),
    'notes.jpg': Buffer.from('this is not an image'),
    'cut.jpg': whole.subarray(0, whole.length >> 1),
  };
  for (const [key, bytes] of Object.entries(broken)) {
    await writeFile(join(folder, key), bytes);
    lines.push({ key });
  }
  await writeFile(join(folder, 'images.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await writeFile(join(folder, 'people', '00.pts'), 'version: 1\n');
}
