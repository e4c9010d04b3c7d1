import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { measureEvidence } from '../../../training/report/evidence.ts';
import { maskedFace } from '../../../training/synthetic/maskedFace.ts';
import { drawPerson, type FaceParameters } from '../../../training/synthetic/parameters.ts';
import { type RenderedFace, renderFace } from '../../../training/synthetic/renderFace.ts';

let folder = '';
let bald: RenderedFace;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-evidence-'));
  bald = await rendered({ hairStyle: 'bald' });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function rendered(look: Partial<FaceParameters['look']>): Promise<RenderedFace> {
  const plain = { beard: 'none', glasses: 'none', skin: [228, 182, 150], hair: [24, 20, 18], hairVolume: 1.4 } as const;
  return renderFace(5, {
    size: { width: 160, height: 120 },
    faceShare: [0.5, 0.5],
    camera: false,
    overrides: {
      look: { ...drawPerson(createRng(5)).look, ...plain, ...look },
      pose: { yaw: 8, pitch: 0, roll: 0 },
      light: { direction: [0, -0.3, 0.95], colour: [0.8, 0.8, 0.8], ambient: [0.4, 0.4, 0.4] },
      occluder: 'none',
    },
  });
}

async function measured(name: string, bytes: Buffer, { keypoints } = bald) {
  const image = join(folder, `${name}.png`);
  await writeFile(image, bytes);
  return await measureEvidence({ image, keypoints, layout: 'ibug68' });
}

describe('evidence of one face', () => {
  test('tells a covered lower face from a bare one', async () => {
    const bare = await measured('bare', bald.bytes);
    const masked = await measured('masked', await maskedFace(bald.bytes, bald.keypoints));
    expect(bare.lowerUnlikeSkin).toBeLessThan(0.2);
    expect(masked.lowerUnlikeSkin).toBeGreaterThan(0.8);
    expect(masked.foreheadUnlikeSkin).toBeLessThan(0.2);
  });

  test('tells hair on the forehead from a bald one', async () => {
    const face = await rendered({ hairStyle: 'fringe' });
    const fringe = await measured('fringe', face.bytes, face);
    const none = await measured('bald', bald.bytes);
    expect(fringe.foreheadUnlikeSkin! - none.foreheadUnlikeSkin!).toBeGreaterThan(0.3);
  }, 60_000);

  test('has less sharpness the more a photo is blurred', async () => {
    const blurred = (sigma: number) => sharp(bald.bytes).blur(sigma).png().toBuffer();
    const sharpest = await measured('sharp', bald.bytes);
    const soft = await measured('soft', await blurred(1));
    const softer = await measured('softer', await blurred(3));
    expect(soft.sharpness).toBeLessThan(sharpest.sharpness / 2);
    expect(softer.sharpness).toBeLessThan(soft.sharpness / 2);
  });

  test('counts the points outside the image', async () => {
    const image = join(folder, 'grey.png');
    await sharp({ create: { width: 40, height: 40, channels: 3, background: '#777777' } }).toFile(image);
    const keypoints = [
      [10, 10],
      [30, 10],
      [50, 30],
      [20, 30],
    ] as const;
    const evidence = await measureEvidence({ image, keypoints, layout: 'points' });
    expect(evidence).toMatchObject({ outside: 0.25, facePx: 40, yaw: null, lowerUnlikeSkin: null });
  });
});
