/** Canvases kept on disk between runs: cutting five thousand faces takes half a minute, reading them back a second. */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CropSpec } from '../../domain/modelCard.ts';
import { writeWhole } from '../../storage/wholeFile.ts';
import { type BuildOptions, buildCanvases, type CanvasRule, type CanvasSet } from './canvas.ts';
import type { Sample } from './sample.ts';

/** Raise it when the cut changes. */
const CUT_VERSION = 2;

const sizeSchema = z.object({ width: z.number(), height: z.number() });
const transformSchema = z.object({
  a: z.number(),
  b: z.number(),
  c: z.number(),
  d: z.number(),
  tx: z.number(),
  ty: z.number(),
});
const headSchema = z.object({ imageToCanvas: z.array(transformSchema), sizes: z.array(sizeSchema) });

/**
 * `buildCanvases`, or what it built before for the same images (`digests`: sha256 by path), boxes and crop. Files in
 * `folder` may be deleted at any time; several processes may share it.
 */
export async function cachedCanvases(
  samples: readonly Sample[],
  spec: CropSpec,
  rule: CanvasRule,
  folder: string,
  digests: ReadonlyMap<string, string>,
  options: BuildOptions = {},
): Promise<CanvasSet> {
  const base = join(folder, cacheKey(samples, spec, rule, digests));
  const kept = await readCache(base, samples.length * spec.width * spec.height * 3);
  if (kept?.sizes.length === samples.length) return { samples, spec, rule, ...kept };
  const built = await buildCanvases(samples, spec, rule, options);
  // Where the disk is full they are cut again the next time, and nothing else.
  await writeCache(folder, base, built).catch(() => {});
  return built;
}

function cacheKey(
  samples: readonly Sample[],
  spec: CropSpec,
  rule: CanvasRule,
  digests: ReadonlyMap<string, string>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([CUT_VERSION, spec, rule]));
  for (const { image, box } of samples) hash.update(`\n${digests.get(image) ?? image} ${JSON.stringify(box)}`);
  return hash.digest('hex').slice(0, 32);
}

/** Null where it is not there, or not whole. The head is written last. */
async function readCache(
  base: string,
  bytes: number,
): Promise<Pick<CanvasSet, 'pixels' | 'imageToCanvas' | 'sizes'> | null> {
  try {
    const head = headSchema.parse(JSON.parse(await readFile(`${base}.json`, 'utf8')));
    const body = await readFile(`${base}.bin`);
    if (body.length !== bytes) return null;
    const pixels = new Uint8Array(new SharedArrayBuffer(bytes));
    pixels.set(body);
    return { pixels, ...head };
  } catch {
    return null;
  }
}

async function writeCache(folder: string, base: string, { pixels, imageToCanvas, sizes }: CanvasSet): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeWhole(`${base}.bin`, Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length));
  await writeWhole(`${base}.json`, JSON.stringify({ imageToCanvas, sizes }));
}
