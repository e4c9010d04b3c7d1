/**
 * How far the labels lie right of mirror symmetry: what a network that learnt photos and their mirror images, half of
 * each, answers to the left of them. It is the `labelShift` of the augmentation step `flip`.
 *
 *   node bench/labelShift.ts models/face68 --data DIR[,DIR] [--part val] [--count 200]
 *
 * Prints the mean of (answer - label), in sides of the crop, on photos and on the same photos mirrored. An error of the
 * crop would keep its sign in the mirror; what turns round with it lies in the labels. A network trained with a
 * labelShift shows what is left, in photos; in mirror images it answers as for any other photo, so twice the shift.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Box, Point } from '../domain/geometry.ts';
import { LAYOUTS } from '../domain/layouts.ts';
import { sharp } from '../imaging/sharp.ts';
import { readPackage } from '../inference/package.ts';
import { createPredictor, type PredictorItem } from '../inference/predictor.ts';
import { partOf } from '../training/check/checkModel.ts';
import { readDataset } from '../training/data/readDataset.ts';
import type { Sample } from '../training/data/sample.ts';
import { PARTS } from '../training/data/split.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '' },
    part: { type: 'string', default: 'val' },
    count: { type: 'string', default: '200' },
  },
});
const model = await readPackage(positionals[0] ?? 'models/face68');
const part = PARTS.find((one) => one === values.part) ?? 'val';
const { flip } = LAYOUTS.ibug68;

interface Face {
  readonly truth: readonly Point[];
  readonly side: number;
}

/** The photo and its mirror image, both lossless, so that only the mirroring differs. */
async function* pairs(samples: readonly Sample[]): AsyncGenerator<PredictorItem<{ face: Face; mirrored: boolean }>> {
  for (const { image, box, keypoints } of samples) {
    if (!box || !keypoints) continue;
    const bytes = await sharp(await readFile(image))
      .autoOrient()
      .png()
      .toBuffer();
    const { width = 0 } = await sharp(bytes).metadata();
    const side = Math.max(box.width, box.height) * model.card.input.margin;
    const turned: Box = { ...box, left: width - box.left - box.width };
    const truth = flip.map((k): Point => [width - keypoints[k]![0], keypoints[k]![1]]);
    yield { id: { face: { truth: keypoints, side }, mirrored: false }, bytes, box, cropRule: 'box' };
    const bytesTurned = await sharp(bytes).flop().png().toBuffer();
    yield { id: { face: { truth, side }, mirrored: true }, bytes: bytesTurned, box: turned, cropRule: 'box' };
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const predictor = await createPredictor(model, { flipTest: false });
for (const folder of values.data.split(',')) {
  const dataset = await readDataset(folder);
  const chosen = (await partOf(dataset, part)).slice(0, Number(values.count));
  const offsets: Record<'photos' | 'mirrored', { x: number; y: number }[]> = { photos: [], mirrored: [] };
  for await (const { id, faces } of predictor.predict(pairs(chosen))) {
    const points = faces[0]?.keypoints;
    if (!points) continue;
    const { truth, side } = id.face;
    const off = (axis: 0 | 1) => mean(points.map((point, k) => (point[axis] - truth[k]![axis]) / side));
    offsets[id.mirrored ? 'mirrored' : 'photos'].push({ x: off(0), y: off(1) });
  }
  for (const [kind, all] of Object.entries(offsets)) {
    const [x, y] = [mean(all.map((one) => one.x)), mean(all.map((one) => one.y))];
    console.log(
      `${dataset.name}, ${part}, ${all.length} ${kind}: x ${x.toFixed(4)}, y ${y.toFixed(4)} of the crop's side`,
    );
  }
}
await predictor.close();
