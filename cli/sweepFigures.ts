/** The figures of a sweep: every setting's test loss over each other, and their predictions under each other. */
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharp } from '../imaging/sharp.ts';
import { renderPng, renderSvg } from '../training/figures/render.ts';
import { sweepCurves } from '../training/figures/specs/index.ts';
import type { TrainingEpoch } from '../training/ledger/index.ts';

export interface SweepRow {
  readonly label: string;
  readonly epochs: readonly TrainingEpoch[];
  /** PNG of good and bad predictions. */
  readonly predictions: string;
}

/** Gives the paths written. */
export async function writeSweepFigures(folder: string, rows: readonly SweepRow[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const spec = sweepCurves(
    rows.map(({ label, epochs }) => ({
      label,
      points: epochs.map(({ epoch, train, test }) => ({ epoch, train: train.loss, test: test.loss })),
    })),
    { title: 'sweep: test loss' },
  );
  const curves = [join(folder, 'sweep.svg'), join(folder, 'sweep.png'), join(folder, 'rows.png')] as const;
  await writeFile(curves[0], await renderSvg(spec));
  await writeFile(curves[1], await renderPng(spec));
  await writeFile(curves[2], await rowsPicture(rows));
  return [...curves];
}

const ROW_HEIGHT = 246;
const LABEL_WIDTH = 260;
/** Two test images a row: the best and the worst of that setting. */
const SHOWN_WIDTH = 448;

async function rowsPicture(rows: readonly SweepRow[]): Promise<Buffer> {
  const parts = await Promise.all(
    rows.map(async ({ label, epochs, predictions }, i) => {
      await access(predictions);
      const loss = epochs.at(-1)?.test.loss.toExponential(2) ?? '-';
      const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${LABEL_WIDTH}" height="${ROW_HEIGHT}"><g font-family="DejaVu Sans, sans-serif" font-size="13"><text x="8" y="100">${label}</text><text x="8" y="124">test loss ${loss}</text></g></svg>`;
      const shown = await sharp(await readFile(predictions))
        .extract({ left: 0, top: 0, width: SHOWN_WIDTH, height: ROW_HEIGHT })
        .toBuffer();
      return [
        { input: Buffer.from(text), left: 0, top: i * ROW_HEIGHT },
        { input: shown, left: LABEL_WIDTH, top: i * ROW_HEIGHT },
      ];
    }),
  );
  const size = { width: LABEL_WIDTH + SHOWN_WIDTH, height: rows.length * ROW_HEIGHT };
  return sharp({ create: { ...size, channels: 3, background: '#ffffff' } })
    .composite(parts.flat())
    .png()
    .toBuffer();
}
