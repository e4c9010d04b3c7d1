import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { convertDetector } from '../../../training/detector/convert.ts';
import { readQuantizedManifest } from '../../../training/detector/weights.ts';
import type { ImageBatch } from '../../../training/onnx/session.ts';
import { randomImages } from '../onnx/networks.ts';
import { open } from '../onnx/runtime.ts';

const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));
const PACKAGE = 'node_modules/@vladmandic/face-api/model/tiny_face_detector_model';

async function convert(): Promise<Uint8Array> {
  const manifest = JSON.parse(await readFile(path(`${PACKAGE}-weights_manifest.json`), 'utf8')) as unknown;
  return convertDetector(readQuantizedManifest(manifest, await readFile(path(`${PACKAGE}.bin`))));
}

async function original({ data, shape }: ImageBatch): Promise<number[]> {
  const child = spawn(process.execPath, [path('test/training/detector/original.mjs')]);
  child.stdin.end(JSON.stringify({ size: shape[1], images: Buffer.from(data).toString('base64') }));
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const end = output.lastIndexOf('{"grid"');
  if (end < 0) throw new Error(`Expected the original to print its grid, got ${complaints.slice(-500)}`);
  return (JSON.parse(output.slice(end)) as { grid: number[] }).grid;
}

describe('the converted detector', () => {
  it.each([96, 160])('gives the original’s grid for images of %i pixels', async (size) => {
    const images = randomImages(2, { width: size, height: size });
    const session = await open(await convert());
    const grid = (await session.run(images)).get('grid')!;
    await session.close();
    expect(grid.dims).toEqual([2, size / 32, size / 32, 25]);
    const expected = await original(images);
    expect(grid.data).toHaveLength(expected.length);
    const difference = Math.max(...expected.map((value, i) => Math.abs(value - grid.data[i]!)));
    expect(difference).toBeLessThan(1e-4);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(5);
  });

  it('is what models/detector ships', async () => {
    const shipped = await readFile(path('models/detector/model.onnx'));
    expect(Buffer.from(await convert()).equals(shipped)).toBe(true);
    expect(await readFile(path('models/detector/LICENSE'), 'utf8')).toContain('MIT License');
  });

  it('is refused where weights are missing or of another kind', async () => {
    expect(() => convertDetector(new Map())).toThrow('conv0/filters');
    expect(() => readQuantizedManifest([{ weights: [] }], new Uint8Array(1))).toThrow('Expected 0 bytes');
    expect(() => readQuantizedManifest({}, new Uint8Array(1))).toThrow('quantised to uint8');
  });
});
