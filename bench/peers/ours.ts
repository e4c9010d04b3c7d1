/**
 * This project's predictor, driven as protocol.ts describes it.
 *
 *   node bench/peers/ours.ts LIST PACKAGE [--batch 8] [--threads N] [--part 0 --of 1] [--mirror] [--detect]
 *
 * One pass over the given box, as the others do it; `--mirror` averages with the mirror image, which is twice the work;
 * `--detect` finds the face itself, first. Several processes share the images, as they do in a scorer: this one takes
 * every `--of`th from `--part` on.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readDetectorPackage } from '../../inference/detectorPackage.ts';
import { readPackage } from '../../inference/package.ts';
import { createPredictor, type PredictorItem } from '../../inference/predictor.ts';
import { type Listed, readList, servePeer } from './protocol.ts';

const root = resolve(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '8' },
    threads: { type: 'string', default: '1' },
    mirror: { type: 'boolean', default: false },
    detect: { type: 'boolean', default: false },
    part: { type: 'string', default: '0' },
    of: { type: 'string', default: '1' },
  },
});
const model = await readPackage(positionals[1]!);
const predictor = await createPredictor(model, {
  threads: Number(values.threads),
  batchSize: Number(values.batch),
  flipTest: values.mirror,
  secondPass: null,
  ...(values.detect ? { detector: await readDetectorPackage(join(root, 'models/detector')) } : {}),
});

async function* stream(items: readonly Listed[]): AsyncGenerator<PredictorItem<string>> {
  const cropRule = values.detect ? 'detect' : 'box';
  for (const { path, box } of items) yield { id: path, bytes: () => readFile(path), box, cropRule };
}

const own = readList(positionals[0]!).filter((_, i) => i % Number(values.of) === Number(values.part));
await servePeer(own, { model: model.card.version }, async (items) => {
  const points = [];
  for await (const { id, error, faces } of predictor.predict(stream(items))) {
    if (error) throw new Error(`${id}: ${error.message}`);
    points.push(faces[0]?.keypoints ?? null);
  }
  return points;
});
await predictor.close();
