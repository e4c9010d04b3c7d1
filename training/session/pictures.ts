/** Pictures of a run by sharp: annotated samples, augmented samples, good and bad predictions, first-layer kernels. */
import { applyToAll, type Point } from '../../domain/geometry.ts';
import { sharp } from '../../imaging/sharp.ts';
import type { Batch } from '../augment/prepare.ts';
import type { Graph, ParamValues } from '../nn/graph.ts';
import type { PartData } from './data.ts';
import type { FaceResult } from './evaluate.ts';

const TILE = 224;
const CAPTION = 22;
const TRUTH = '#009E73';
const PREDICTED = '#D55E00';

interface Tile {
  /** [height][width][3]. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** In pixels of the tile's own image. */
  readonly truth: readonly Point[];
  readonly predicted: readonly Point[];
  readonly caption: string;
}

/** The samples as the network sees them, with their labels. */
export function annotatedSamples(part: PartData, count: number): Promise<Buffer> {
  const tiles = part.samples.slice(0, count).map((sample, index) => tileOf(part, index, [], sample.key));
  return sheet(tiles);
}

/** Best and worst of a part: truth in green, prediction in orange, the error and its evidence in the caption. */
export function goodAndBad(part: PartData, faces: readonly FaceResult[], each: number): Promise<Buffer> {
  const sorted = [...faces].sort((a, b) => a.maePx - b.maePx);
  const chosen = [...sorted.slice(0, each), ...sorted.slice(Math.max(each, sorted.length - each)).reverse()];
  return sheet(chosen.map((face) => tileOf(part, face.index, face.keypoints, captionOf(face))));
}

function captionOf({ maePx, nme }: FaceResult): string {
  return nme === null ? `MAE ${maePx.toFixed(1)} px` : `MAE ${maePx.toFixed(1)} px, NME ${(nme * 100).toFixed(1)} %`;
}

/** What the network was shown in a step. */
export function augmentedSamples(
  batch: Batch,
  size: { width: number; height: number },
  points: number,
): Promise<Buffer> {
  const { width, height } = size;
  const channels = batch.images.length / (batch.indices.length * width * height);
  const tiles = [...batch.indices].map((_, row): Tile => {
    const pixels = new Uint8Array(width * height * 3);
    for (let i = 0; i < pixels.length; i++) {
      const value = batch.images[(row * width * height + Math.floor(i / 3)) * channels + (i % channels)]!;
      pixels[i] = Math.max(0, Math.min(255, Math.round(value)));
    }
    const truth = Array.from({ length: points }, (__, k): Point => {
      const at = (row * points + k) * 2;
      return [batch.targets[at]! * width, batch.targets[at + 1]! * height];
    });
    return { pixels, width, height, truth, predicted: [], caption: '' };
  });
  return sheet(tiles);
}

/** The filters of the first convolution, each stretched to black and white. */
export async function firstLayerKernels(graph: Graph, params: ParamValues): Promise<Buffer> {
  const first = graph.nodes.find((node) => node.op === 'conv');
  if (first?.op !== 'conv') throw new RangeError(`Expected a convolution in ${graph.architecture}, found none`);
  const { kernel, inChannels, outChannels } = first;
  const weights = params.get(first.weight)!;
  const tiles = Array.from({ length: outChannels }, (_, out): Tile => {
    const at = (cell: number, channel: number) =>
      weights[(cell * inChannels + Math.min(channel, inChannels - 1)) * outChannels + out]!;
    const values = Array.from({ length: kernel * kernel * 3 }, (__, i) => at(Math.floor(i / 3), i % 3));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const pixels = Uint8Array.from(values, (value) => Math.round((255 * (value - low)) / (high - low || 1)));
    return { pixels, width: kernel, height: kernel, truth: [], predicted: [], caption: `${out + 1}` };
  });
  return sheet(tiles, 96, 'nearest');
}

function tileOf(
  { canvases, samples, table }: PartData,
  index: number,
  predicted: readonly Point[],
  caption: string,
): Tile {
  const { width, height } = table.canvas;
  const bytes = width * height * 3;
  const toCanvas = canvases.imageToCanvas[index]!;
  return {
    pixels: table.pixels.slice(index * bytes, (index + 1) * bytes),
    width,
    height,
    truth: applyToAll(toCanvas, samples[index]!.keypoints ?? []),
    predicted: applyToAll(toCanvas, predicted),
    caption,
  };
}

async function sheet(tiles: readonly Tile[], side = TILE, kernel: 'nearest' | 'cubic' = 'cubic'): Promise<Buffer> {
  const columns = Math.min(tiles.length, Math.max(1, Math.ceil(Math.sqrt(tiles.length))));
  const rows = Math.ceil(tiles.length / columns);
  const parts = await Promise.all(
    tiles.map(async (tile, i) => ({
      input: await drawTile(tile, side, kernel),
      left: (i % columns) * side,
      top: Math.floor(i / columns) * (side + CAPTION),
    })),
  );
  const size = { width: columns * side, height: rows * (side + CAPTION) };
  return sharp({ create: { ...size, channels: 3, background: '#ffffff' } })
    .composite(parts)
    .png()
    .toBuffer();
}

async function drawTile(
  { pixels, width, height, truth, predicted, caption }: Tile,
  side: number,
  kernel: 'nearest' | 'cubic',
) {
  const scale = Math.min(side / width, side / height);
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  const image = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(w, h, { kernel, fit: 'fill' })
    .png()
    .toBuffer();
  const dots = (points: readonly Point[], colour: string) =>
    points
      .map(([x, y]) => `<circle cx="${(x * scale).toFixed(1)}" cy="${(y * scale).toFixed(1)}" r="2" fill="${colour}"/>`)
      .join('');
  const text = `<text x="4" y="${h + 15}" font-size="12" font-family="DejaVu Sans, sans-serif">${xmlText(caption)}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side + CAPTION}">${dots(truth, TRUTH)}${dots(predicted, PREDICTED)}${text}</svg>`;
  return sharp({ create: { width: side, height: side + CAPTION, channels: 3, background: '#ffffff' } })
    .composite([
      { input: image, left: 0, top: 0 },
      { input: Buffer.from(svg), left: 0, top: 0 },
    ])
    .png()
    .toBuffer();
}

function xmlText(text: string): string {
  return text.slice(-40).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
