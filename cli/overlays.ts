/** Pictures of predictions: one an image, and a sheet of the first of them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Box, boundingBox, scaleBox } from '../domain/geometry.ts';
import { guessLayout, type LayoutId, layoutOf } from '../domain/layouts.ts';
import type { Prediction } from '../domain/records.ts';
import { drawOverlay, type OverlayFace } from '../imaging/overlay.ts';
import { contactSheet, type Tile } from '../imaging/sheet.ts';
import type { FileItem } from './scoreFiles.ts';

/** Tiles on the sheet at most. */
const SHEET_TILES = 24;

export interface Overlays {
  /** Images that can't be read have none. */
  draw(item: FileItem, prediction: Prediction): Promise<void>;
  /** Writes the sheet and gives its path; null where nothing was drawn. */
  finish(): Promise<string | null>;
}

export async function createOverlays(
  folder: string,
  model: { readonly layout: LayoutId; readonly points: number },
): Promise<Overlays> {
  await mkdir(folder, { recursive: true });
  const layout = layoutOf(model.layout, model.points);
  const tiles: Tile[] = [];
  let drawn = 0;
  return {
    draw: async ({ file, item }, prediction) => {
      if (prediction.outcome === 'failed') return;
      const bytes = await readFile(file.path);
      const truths = item.truths.map(({ keypoints }) => keypoints);
      const faces: OverlayFace[] = prediction.faces.map(({ box, boxSource, keypoints }, i) => ({
        box: boxSource === 'whole' ? null : box,
        keypoints,
        layout,
        truth: truths[i] ?? null,
        truthLayout: truths[i] ? layoutOf(guessLayout(truths[i].length), truths[i].length) : null,
      }));
      await writeFile(
        join(folder, pictureName(++drawn, file.key)),
        await drawOverlay(bytes, faces, { format: 'jpeg' }),
      );
      if (tiles.length >= SHEET_TILES) return;
      const region = regionOf(prediction);
      const picture = await drawOverlay(bytes, faces, { maxSide: 320, format: 'jpeg', ...(region ? { region } : {}) });
      tiles.push({ picture, caption: captionOf(prediction) });
    },
    finish: async () => {
      if (tiles.length === 0) return null;
      const path = join(folder, 'sheet.jpg');
      await writeFile(path, await contactSheet(tiles, { format: 'jpeg' }));
      return path;
    },
  };
}

/** Around the face where there is one alone and its points spread; otherwise the whole image. */
function regionOf({ faces }: Prediction): Box | null {
  const [face] = faces;
  if (faces.length !== 1 || !face || face.keypoints.length < 3) return null;
  const box = boundingBox(face.keypoints);
  const side = Math.max(box.width, box.height);
  return scaleBox(
    { left: box.left + (box.width - side) / 2, top: box.top + (box.height - side) / 2, width: side, height: side },
    1.6,
  );
}

function captionOf({ key, faces }: Prediction): string[] {
  const [face] = faces;
  const error =
    face?.maePx == null
      ? `${faces.length} ${faces.length === 1 ? 'face' : 'faces'}`
      : `MAE ${face.maePx.toFixed(1)} px`;
  return [basename(key).slice(-36), error];
}

/** Numbered, so that equal names in different folders do not collide. */
function pictureName(number: number, key: string): string {
  const name = key
    .replaceAll(/[^\w.-]+/g, '_')
    .replace(/\.[^.]+$/, '')
    .slice(-60);
  return `${String(number).padStart(5, '0')}-${name}.jpg`;
}
