/** The scoring process: decodes and infers, and may die of it. Started by ChildScorer, never by hand. */

import { refuseDrawings } from '../../imaging/sharp.ts';
import { checkedDetector } from '../../inference/detectorPackage.ts';
import { checkedPackage } from '../../inference/package.ts';
import { createPredictor, toPrediction } from '../../inference/predictor.ts';
import { Runtime } from '../../inference/runtime.ts';
import type { ModelPayload } from './protocol.ts';
import type { ChildPredictor, PredictorInput } from './serve.ts';
import { serveProcess } from './serveProcess.ts';

/** One session a model for the life of the process: sessions that are opened and closed leak. */
let runtime: Runtime | null = null;

async function openPredictor({ model, card, bytes, detector, tuning = {} }: ModelPayload): Promise<ChildPredictor> {
  const { threads, provider, ...rest } = tuning;
  runtime ??= new Runtime({ ...(threads === undefined ? {} : { threads }), ...(provider && { provider }) });
  const predictor = await createPredictor(checkedPackage(card, bytes, model.pin.name), {
    runtime,
    ...rest,
    ...(provider === 'cuda' && { detection: { batchSize: 8 } }),
    ...(detector && { detector: checkedDetector(detector.card, detector.bytes, 'the detector') }),
  });
  return {
    async *predict(items) {
      for await (const { id, ...outcome } of predictor.predict(inputs(items, model.crop))) {
        yield { id: id.id, prediction: toPrediction(id.key, outcome) };
      }
    },
  };
}

async function* inputs(items: AsyncIterable<PredictorInput>, cropRule: ModelPayload['model']['crop']) {
  for await (const { id, item, bytes } of items) yield { id: { id, key: item.key }, bytes, box: item.box, cropRule };
}

refuseDrawings();
serveProcess(openPredictor);
