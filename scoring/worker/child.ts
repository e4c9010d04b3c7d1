/**
 * What the child process runs: the predictor, behind the channel to its supervisor. The face detector lies beside the
 * code; everything else comes over the channel.
 */
import { fileURLToPath } from 'node:url';
import { FiducialError } from '../../domain/errors.ts';
import { refuseDrawings } from '../../imaging/sharp.ts';
import { type DetectorPackage, readDetectorPackage } from '../../inference/detectorPackage.ts';
import { checkedPackage } from '../../inference/package.ts';
import { createPredictor, type PredictorItem, toPrediction } from '../../inference/predictor.ts';
import { Runtime } from '../../inference/runtime.ts';
import type { ModelPayload } from './protocol.ts';
import type { ChildPredictor, PredictorInput } from './serve.ts';
import { serveProcess } from './serveProcess.ts';

const detectorFolder = fileURLToPath(new URL('../../models/detector', import.meta.url));
/** One for all models of this process. */
const runtime = new Runtime();

refuseDrawings();
serveProcess(openPredictor);

async function openPredictor({ model, card, bytes }: ModelPayload): Promise<ChildPredictor> {
  const { owner, name, version } = model.pin;
  const opened = checkedPackage(card, bytes, `${owner}/${name}@${version}`);
  const detector = model.crop === 'detect' ? await pinnedDetector(model.detector) : null;
  const predictor = await createPredictor(opened, { runtime, ...(detector ? { detector } : {}) });
  return {
    predict: async function* (items) {
      for await (const { id, ...outcome } of predictor.predict(inputs(items, model.crop))) {
        yield { id: id.id, prediction: toPrediction(id.key, outcome) };
      }
    },
  };
}

async function* inputs(
  items: AsyncIterable<PredictorInput>,
  cropRule: ModelPayload['model']['crop'],
): AsyncGenerator<PredictorItem<{ id: number; key: string }>> {
  for await (const { id, item, bytes } of items) yield { id: { id, key: item.key }, bytes, box: item.box, cropRule };
}

/** The run pinned a detector: another one would give other results. */
async function pinnedDetector(sha256: string | null): Promise<DetectorPackage> {
  const detector = await readDetectorPackage(detectorFolder);
  if (sha256 === null || detector.card.sha256 === sha256) return detector;
  throw new FiducialError(
    'UNKNOWN_MODEL',
    `Expected the face detector ${sha256} that the run pinned, got ${detector.card.sha256}; score with the code version that planned it, or rerun`,
  );
}
