/** The child's side: opens models, scores items as they come, answers each. */
import { FiducialError } from '../../domain/errors.ts';
import type { Prediction } from '../../domain/records.ts';
import type { ChildItem, FromChild, ImageHeader, ModelPayload, ToChild } from './protocol.ts';
import { AsyncQueue } from './queue.ts';

export interface PredictorInput {
  readonly id: number;
  readonly item: ChildItem;
  readonly bytes: Uint8Array;
}

/** Scores a finite stream of items, in batches where it likes; one outcome an item, in any order. */
export interface ChildPredictor {
  predict(
    items: AsyncIterable<PredictorInput>,
  ): AsyncIterable<{ readonly id: number; readonly prediction: Prediction }>;
}

export type OpenPredictor = (payload: ModelPayload) => Promise<ChildPredictor>;

export interface ChildChannel {
  send(message: FromChild): void;
  onMessage(listener: (message: ToChild) => void): void;
  onImage(listener: (header: ImageHeader, bytes: Uint8Array) => void): void;
}

/** Any failure of a predictor itself ends the process: the supervisor finds out which image it was. */
export function serve(channel: ChildChannel, open: OpenPredictor, fail: (error: unknown) => void): void {
  const models = new Map<string, AsyncQueue<PredictorInput>>();
  channel.onMessage((message) => {
    const items = new AsyncQueue<PredictorInput>();
    models.set(message.model, items);
    openAndRun(channel, open, message, items).catch(fail);
  });
  channel.onImage(({ id, model, item }, bytes) => models.get(model)?.push({ id, item, bytes }));
  channel.send({ kind: 'started' });
}

async function openAndRun(
  channel: ChildChannel,
  open: OpenPredictor,
  { model, payload }: ToChild,
  items: AsyncQueue<PredictorInput>,
): Promise<void> {
  let predictor: ChildPredictor;
  try {
    predictor = await open(payload);
  } catch (error) {
    const code = error instanceof FiducialError ? error.code : 'INVALID_MODEL';
    channel.send({ kind: 'refused', model, code, message: error instanceof Error ? error.message : String(error) });
    return;
  }
  channel.send({ kind: 'opened', model });
  while (await items.wait()) {
    for await (const { id, prediction } of predictor.predict(burst(items))) {
      channel.send({ kind: 'outcome', id, prediction });
    }
  }
}

/**
 * Ends when nothing is waiting, so that a batch is never held back for items that may not come: the last images of a
 * queue, or one alone that is suspected of killing the process.
 */
async function* burst(items: AsyncQueue<PredictorInput>): AsyncGenerator<PredictorInput> {
  for (;;) {
    const next = items.take();
    if (next) yield next;
    // Messages that have arrived and not been dispatched yet get their turn first.
    else if (!(await anotherTurn(items))) return;
  }
}

async function anotherTurn(items: AsyncQueue<PredictorInput>): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve));
  return items.size > 0;
}
