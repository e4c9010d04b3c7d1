/** The figures of a sweep: every setting's held-out loss over each other, and a row a setting: two test images, its loss. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharp } from '../imaging/sharp.ts';
import { escaped, svg } from '../imaging/svg.ts';
import { renderPng, renderSvg } from '../training/figures/render.ts';
import { type HeldOut, sweepCurves } from '../training/figures/specs/index.ts';
import type { TrainingEpoch } from '../training/ledger/index.ts';
import type { FacePicture } from '../training/report/sameFaces.ts';

export interface SweepRow {
  readonly label: string;
  /** Those that it lived to see. */
  readonly epochs: readonly TrainingEpoch[];
  /** The same test images in each row, as this setting's network answers them; none where it diverged. */
  readonly pictures: readonly FacePicture[];
  readonly diverged: boolean;
}

/** Longer side of each picture of a row, pixels. */
export const ROW_PICTURE = 320;

/** Gives the paths written. */
export async function writeSweepFigures(
  folder: string,
  rows: readonly SweepRow[],
  heldOut: HeldOut,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const spec = sweepCurves(
    rows.map(({ label, epochs }) => ({
      label,
      points: epochs.map(({ epoch, train, test }) => ({ epoch, train: train.loss, heldOut: test.loss })),
    })),
    { title: `sweep: ${heldOut} loss`, heldOut },
  );
  const written = [join(folder, 'sweep.svg'), join(folder, 'sweep.png'), join(folder, 'rows.png')] as const;
  await writeFile(written[0], await renderSvg(spec));
  await writeFile(written[1], await renderPng(spec));
  await writeFile(written[2], await rowsPicture(rows, heldOut));
  return [...written];
}

const ROW_HEIGHT = 264;
const PICTURE_HEIGHT = 240;
const LABEL_WIDTH = 280;
const GAP = 8;

/** PNG. */
async function rowsPicture(rows: readonly SweepRow[], heldOut: HeldOut): Promise<Buffer> {
  const columns = Math.max(1, ...rows.map(({ pictures }) => pictures.length));
  const width = LABEL_WIDTH + columns * (ROW_PICTURE + GAP);
  const height = rows.length * ROW_HEIGHT;
  const shown = await Promise.all(rows.flatMap(picturesOfRow));
  const words = svg(width, height, rows.map((row, i) => wordsOfRow(row, i, heldOut)).join(''));
  return await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...shown, { input: words, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

function picturesOfRow({ pictures }: SweepRow, row: number) {
  return pictures.map(async ({ picture }, column) => ({
    input: await sharp(picture).resize(ROW_PICTURE, PICTURE_HEIGHT, { fit: 'inside' }).png().toBuffer(),
    left: LABEL_WIDTH + column * (ROW_PICTURE + GAP),
    top: row * ROW_HEIGHT,
  }));
}

function wordsOfRow({ label, epochs, pictures, diverged }: SweepRow, row: number, heldOut: HeldOut): string {
  const top = row * ROW_HEIGHT;
  const loss = diverged ? 'diverged' : `${heldOut} loss ${epochs.at(-1)?.test.loss.toExponential(2) ?? '-'}`;
  const captions = pictures.map(({ key, maePx }, column) => {
    const left = LABEL_WIDTH + column * (ROW_PICTURE + GAP);
    return text(left + 4, top + PICTURE_HEIGHT + 16, `${key}: ${maePx === null ? '-' : `${maePx.toFixed(1)} px`}`);
  });
  return text(8, top + 100, label) + text(8, top + 124, loss) + captions.join('');
}

function text(x: number, y: number, words: string): string {
  return `<text x="${x}" y="${y}" font-family="DejaVu Sans, sans-serif" font-size="14">${escaped(words)}</text>`;
}
