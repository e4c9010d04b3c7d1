/** A folder as a new user may have one: photographs of every kind between files that are none. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { type Prediction, predictionSchema } from '../../domain/records.ts';
import { png } from '../imaging/bombs.ts';
import { fiducial, inFolder } from './command.ts';

const photo = await sharp(await readFile(resolve(import.meta.dirname, '../../demo/eileen-collins.jpg')))
  .resize(512, 384, { fit: 'cover', position: 'top' })
  .removeAlpha()
  .raw()
  .toBuffer();
const picture = () => sharp(photo, { raw: { width: 512, height: 384, channels: 3 } });

const GOOD: Readonly<Record<string, () => Promise<Buffer>>> = {
  'good.jpg': () => picture().jpeg({ quality: 95 }).toBuffer(),
  'cmyk.jpg': () => picture().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
  '16 bits.png': () => picture().toColourspace('rgb16').png().toBuffer(),
  'turned.jpg': () => picture().rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
  'Ångström 顔 😀.jpg': () => picture().jpeg({ quality: 95 }).toBuffer(),
  'moving.webp': async () => {
    const frames = await Promise.all([picture(), picture().negate()].map((frame) => frame.png().toBuffer()));
    return await sharp(frames, { join: { animated: true } })
      .webp({ quality: 95 })
      .toBuffer();
  },
};

const BAD: Readonly<Record<string, readonly [code: string, bytes: () => Promise<Buffer>]>> = {
  'text.jpg': ['NOT_AN_IMAGE', async () => Buffer.from('this is not a photo')],
  'cut.jpg': ['TRUNCATED', async () => (await picture().jpeg().toBuffer()).subarray(0, 9_000)],
  'empty.png': ['EMPTY', async () => Buffer.alloc(0)],
  'huge.png': ['TOO_LARGE', async () => png(30_000, 30_000, Buffer.alloc(1_000_000))],
};

test('every file of an odd folder has its outcome, and photographs are read alike however they are stored', async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, 'images'));
    for (const [name, make] of Object.entries(GOOD)) await writeFile(join(folder, 'images', name), await make());
    for (const [name, [, make]] of Object.entries(BAD)) await writeFile(join(folder, 'images', name), await make());
    const args = ['score', 'images', '--model', 'nose', '--json', '--out', 'out.jsonl', '--error-threshold', '1'];
    const { code, stdout, stderr } = await fiducial(args, folder);
    expect(code, stderr).toBe(0);
    const errors = Object.fromEntries(Object.values(BAD).map(([error]) => [error, 1]));
    expect(JSON.parse(stdout)).toMatchObject({ images: 10, scored: 6, failed: 4, errors });
    const lines = (await readFile(join(folder, 'out.jsonl'), 'utf8')).trim().split('\n');
    const outcomes = new Map<string, Prediction>();
    for (const line of lines) {
      const prediction = predictionSchema.parse(JSON.parse(line));
      outcomes.set(prediction.key, prediction);
    }
    for (const [name, [error]] of Object.entries(BAD)) expect(outcomes.get(name)?.error?.code, name).toBe(error);
    const nose = (name: string) => outcomes.get(name)!.faces[0]!.keypoints[0]!;
    const [x, y] = nose('good.jpg');
    for (const name of Object.keys(GOOD)) {
      expect(outcomes.get(name), name).toMatchObject({ width: 512, height: 384, error: null });
      // Printing colours hold fewer shades: to this network, which knows rendered faces, that is another picture.
      const limitPx = name === 'cmyk.jpg' ? 20 : 3;
      expect(Math.hypot(nose(name)[0] - x, nose(name)[1] - y), name).toBeLessThan(limitPx);
    }
  });
});
