/** Many labelled faces on one page, to see at a glance whether a data set was read rightly. */
import { readFile } from 'node:fs/promises';
import { applyToAll, type Box, boundingBox, scaleBox, type Transform } from '../../domain/geometry.ts';
import type { CropSpec } from '../../domain/modelCard.ts';
import { openImage } from '../../imaging/crop.ts';
import { sharp } from '../../imaging/sharp.ts';
import { createRng, shuffledIndices } from '../augment/rng.ts';
import { invalidDataset } from './invalid.ts';
import type { Sample } from './sample.ts';

export interface ContactSheetOptions {
  /** Pixels of a tile's side. Default 200. */
  readonly tile?: number;
  /** Default 6. */
  readonly columns?: number;
  /** Faces shown, drawn at random by `seed` where there are more. Default 24. */
  readonly count?: number;
  readonly seed?: number;
}

/** PNG. Points in green, unlabelled ones left out, the box in yellow, the key as caption. Throws INVALID_DATASET. */
export async function contactSheet(samples: readonly Sample[], options: ContactSheetOptions = {}): Promise<Buffer> {
  const { tile = 200, columns = 6, count = 24, seed = 1 } = options;
  const chosen = [...shuffledIndices(samples.length, createRng(seed)).subarray(0, count)].sort((a, b) => a - b);
  const tiles = await Promise.all(
    chosen.map(async (index, place) => ({
      input: await drawTile(samples[index]!, tile),
      left: (place % columns) * tile,
      top: Math.floor(place / columns) * tile,
    })),
  );
  const rows = Math.max(1, Math.ceil(chosen.length / columns));
  const background = { r: 24, g: 24, b: 24 };
  return await sharp({ create: { width: columns * tile, height: rows * tile, channels: 3, background } })
    .composite(tiles)
    .png()
    .toBuffer();
}

async function drawTile(sample: Sample, tile: number): Promise<Buffer> {
  const spec: CropSpec = { width: tile, height: tile, margin: 1.3, kernel: 'linear', fit: 'pad', fill: [24, 24, 24] };
  try {
    const image = await openImage(await readFile(sample.image));
    const { pixels, imageToCrop } = await image.crop(shown(sample), spec);
    return await sharp(pixels, { raw: { width: tile, height: tile, channels: 3 } })
      .composite([{ input: Buffer.from(overlay(sample, imageToCrop, tile)) }])
      .png()
      .toBuffer();
  } catch (cause) {
    throw invalidDataset(sample.image, null, 'an image that can be read and drawn', (cause as Error).message, cause);
  }
}

/** Box and points together; the whole image where there is neither, or a single point. */
function shown({ box, keypoints }: Sample): Box | null {
  const corners = box
    ? ([
        [box.left, box.top],
        [box.left + box.width, box.top + box.height],
      ] as const)
    : [];
  const points = [...corners, ...(keypoints ?? [])];
  return points.length > 1 ? scaleBox(boundingBox(points), 1) : null;
}

function overlay({ box, keypoints, labelled, key }: Sample, transform: Transform, tile: number): string {
  const dots = applyToAll(transform, keypoints ?? [])
    .filter((_, i) => labelled?.[i] ?? true)
    .map(([x, y]) => `<circle cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="${(tile / 130).toFixed(2)}" fill="#3f6"/>`);
  const [from, to] = box
    ? applyToAll(transform, [
        [box.left, box.top],
        [box.left + box.width, box.top + box.height],
      ])
    : [];
  const frame =
    from && to
      ? `<rect x="${from[0]}" y="${from[1]}" width="${to[0] - from[0]}" height="${to[1] - from[1]}" fill="none" stroke="#fd3" stroke-width="1"/>`
      : '';
  const name = key.length > 30 ? `…${key.slice(-29)}` : key;
  const caption = name.replace(/[<&"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${tile}" height="${tile}">${frame}${dots.join('')}
<rect y="${tile - 15}" width="${tile}" height="15" fill="#000" opacity="0.6"/><text x="4" y="${tile - 4}" font-family="sans-serif" font-size="10" fill="#fff">${caption}</text></svg>`;
}
