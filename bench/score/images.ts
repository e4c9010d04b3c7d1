/** The images that bench/score.ts scores, as files in a folder. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharp } from '../../imaging/sharp.ts';

/** Where the face is in the pictures made of the portrait; somewhere in others. Pixels. */
export const BOX = { left: 200, top: 80, width: 160, height: 120 };
const VARIANTS = 32;

/** `from`: a folder of JPEGs and PNGs; without it, the portrait in so many sizes and qualities. Gives the files. */
export async function writeImages(folder: string, portrait: string, from?: string): Promise<Buffer[]> {
  await mkdir(folder, { recursive: true });
  const files = from === undefined ? await variantsOf(portrait) : await picturesIn(from);
  for (const [i, file] of files.entries()) await writeFile(join(folder, String(i).padStart(4, '0')), file);
  return files;
}

async function picturesIn(folder: string): Promise<Buffer[]> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
  return await Promise.all(names.slice(0, 1000).map((name) => readFile(join(folder, name))));
}

async function variantsOf(portrait: string): Promise<Buffer[]> {
  const original = await readFile(portrait);
  return await Promise.all(
    Array.from({ length: VARIANTS }, (_, i) =>
      sharp(original)
        .resize(640 + (i % 4) * 40, 480 + (i % 3) * 30)
        .jpeg({ quality: 80 + (i % 5) * 4 })
        .toBuffer(),
    ),
  );
}
