/** A contact sheet: pictures in a grid, each with its caption below. */
import { sharp } from './sharp.ts';
import { svg, text } from './svg.ts';

export interface Tile {
  /** An encoded picture of ours. */
  readonly picture: Uint8Array;
  /** A line each. */
  readonly caption: readonly string[];
}

export interface SheetOptions {
  /** Default: about a square. */
  readonly columns?: number;
  /** Side of the square that a picture is fitted into, pixels. Default 320. */
  readonly tileSide?: number;
  readonly title?: string;
  readonly format?: 'jpeg' | 'png';
}

const GAP = 12;
const LINE = 18;
const BACKGROUND = '#181b22';

/** Throws RangeError on no tiles. */
export async function contactSheet(tiles: readonly Tile[], options: SheetOptions = {}): Promise<Buffer> {
  if (tiles.length === 0) throw new RangeError('Expected at least one tile, got none');
  const { tileSide = 320, columns = Math.ceil(Math.sqrt(tiles.length)), title } = options;
  const head = title ? LINE * 2 : 0;
  const lines = Math.max(...tiles.map(({ caption }) => caption.length));
  const cell = { width: tileSide + GAP, height: tileSide + GAP + lines * LINE };
  const width = columns * cell.width + GAP;
  const height = head + Math.ceil(tiles.length / columns) * cell.height + GAP;
  const at = (index: number) => ({
    left: GAP + (index % columns) * cell.width,
    top: head + GAP + Math.floor(index / columns) * cell.height,
  });
  const pictures = await Promise.all(
    tiles.map(async ({ picture }, index) => ({ ...at(index), input: await fitted(picture, tileSide) })),
  );
  const captions = tiles.map(({ caption }, index) => {
    const { left, top } = at(index);
    return caption.map((line, i) => text(line, left, top + tileSide + LINE * (i + 0.8), LINE * 0.7, tileSide)).join('');
  });
  const heading = title ? text(title, GAP, head - LINE * 0.4, LINE, width - 2 * GAP) : '';
  const sheet = sharp({ create: { width, height, channels: 3, background: BACKGROUND } })
    .composite([...pictures, { input: svg(width, height, heading + captions.join('')), left: 0, top: 0 }])
    .removeAlpha();
  return await (options.format === 'png' ? sheet.png() : sheet.jpeg({ quality: 88 })).toBuffer();
}

async function fitted(picture: Uint8Array, side: number): Promise<Buffer> {
  return await sharp(picture)
    .resize(side, side, { fit: 'contain', background: BACKGROUND })
    .png({ compressionLevel: 1 })
    .toBuffer();
}
