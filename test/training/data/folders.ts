/** Small data sets on disk in each layout, with plain grey images. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** Writes text as it is, and `[width, height]` as a JPEG or PNG of that size, each image of its own grey. */
export async function folderOf(files: Readonly<Record<string, string | readonly [number, number]>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-data-'));
  let shade = 0;
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (typeof content === 'string') {
      await writeFile(path, content);
    } else {
      const [width, height] = content;
      shade += 8;
      const background = { r: shade, g: shade, b: shade };
      await sharp({ create: { width, height, channels: 3, background } }).toFile(path);
    }
  }
  return folder;
}

export function asf(points: readonly (readonly [number, number])[]): string {
  const lines = points.map(([x, y], i) => `0\t0\t${x}\t${y}\t${i}\t0\t1`);
  return `# AAM Shape File\n${points.length}\n${lines.join('\n')}\nimage.bmp\n`;
}

export function ibugXml(name: string, faces: readonly { file: string; left?: number; points?: number }[]): string {
  const images = faces.map(({ file, left = 1, points = 2 }) => {
    const parts = Array.from({ length: points }, (_, i) => `<part name='${i}' x='${i}' y='${i}'/>`).join('');
    return `<image file='${file}' width='8' height='8'><box top='1' left='${left}' width='4' height='4'>${parts}</box></image>`;
  });
  return `<dataset><name>${name}</name><images>${images.join('\n')}</images></dataset>`;
}
