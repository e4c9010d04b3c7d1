/** The child's side: opens models, scores items as they come, answers each. */
import { FiducialError } from '../../domain/errors.ts';
import { readContent } from '../images.ts';
import { failedPrediction } from '../outcomes.ts';
import type { ScoringItem } from '../ports.ts';
import { Outbox } from './outbox.ts';
import type { ChildItem, ChildOutcome, FromChild, ImageHeader, ModelPayload, ToChild } from './protocol.ts';
import { AsyncQueue } from './queue.ts';

export interface PredictorInput {
  readonly id: number;
  readonly item: ChildItem;
  readonly bytes: Uint8Array;
}

/** Scores a finite stream of items, in batches where it likes; one outcome an item, in any order. */
export interface ChildPredictor {
  predict(items: AsyncIterable<PredictorInput>): AsyncIterable<ChildOutcome>;
}

export type OpenPredictor = (payload: ModelPayload) => Promise<ChildPredictor>;

export interface ChildChannel {
  send(message: FromChild): void;
  onMessage(listener: (message: ToChild) => void): void;
  onImage(listener: (header: ImageHeader, bytes: Buffer) => void): void;
}

interface Arrived extends Omit<PredictorInput, 'bytes'> {
  readonly content: ScoringItem['content'];
}

/** A batch's. */
const OUTCOMES_A_MESSAGE = 8;

/** Any failure of a predictor itself ends the process: the supervisor finds out which image it was. */
export function serve(channel: ChildChannel, open: OpenPredictor, fail: (error: unknown) => void): void {
  const models = new Map<string, AsyncQueue<Arrived>>();
  channel.onMessage((message) => {
    const items = new AsyncQueue<Arrived>();
    models.set(message.model, items);
    openAndRun(channel, open, message, items).catch(fail);
  });
  channel.onImage(({ id, model, item, file }, body) => models.get(model)?.push({ id, item, content: file ?? body }));
  channel.send({ kind: 'started' });
}

async function openAndRun(
  channel: ChildChannel,
  open: OpenPredictor,
  { model, payload }: ToChild,
  items: AsyncQueue<Arrived>,
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
  const outbox = new Outbox<ChildOutcome>(OUTCOMES_A_MESSAGE, (outcomes) =>
    channel.send({ kind: 'outcomes', outcomes }),
  );
  while (await items.wait()) {
    for await (const outcome of predictor.predict(burst(items, outbox))) outbox.add(outcome);
  }
}

/**
 * Ends when nothing is waiting, so that a batch is never held back for items that may not come: the last images of a
 * queue, or one alone that is suspected of killing the process. What can not be read is answered here.
 */
async function* burst(items: AsyncQueue<Arrived>, outbox: Outbox<ChildOutcome>): AsyncGenerator<PredictorInput> {
  for (;;) {
    const next = items.take();
    if (next) {
      const read = readItem(next);
      if ('bytes' in read) yield read;
      else outbox.add(read);
    }
    // Messages that have arrived and not been dispatched yet get their turn first.
    else if (!(await anotherTurn(items))) return;
  }
}

function readItem({ id, item, content }: Arrived): PredictorInput | ChildOutcome {
  const read = readContent(content);
  if (read.kind === 'bytes') return { id, item, bytes: read.bytes };
  return { id, prediction: failedPrediction(item.key, read.code, read.message) };
}

async function anotherTurn(items: AsyncQueue<Arrived>): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve));
  return items.size > 0;
}
