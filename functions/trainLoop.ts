/** Trains what comes over the train queue, one job at a time. */
import { trainMessageSchema } from '../domain/records.ts';
import { parseJson } from '../scoring/planning/messages.ts';
import type { Log } from '../scoring/ports.ts';
import { type Consumed, consume } from '../scoring/worker/consume.ts';
import type { JobQueue } from '../storage/ports.ts';
import { runTraining, type TrainerParts } from '../training/worker/runTraining.ts';

/** A message can be held for twelve hours at most: a longer job goes on from its checkpoint, by a new one. */
const LONGEST_MS = 10 * 3_600_000;
const LEASE_SECONDS = 60;

export interface TrainLoopOptions {
  readonly queue: JobQueue;
  readonly trainer: TrainerParts;
  readonly log: Log;
  /** Told to stop: the job's checkpoint is kept, its message sent anew. */
  readonly signal: AbortSignal;
}

export async function runTrainer({ queue, trainer, log, signal }: TrainLoopOptions): Promise<void> {
  const options = { atOnce: 1, leaseSeconds: LEASE_SECONDS, waitSeconds: 20, signal, log };
  await consume(queue, options, ({ body }, stop) => trainOne(body, { trainer, log }, stop));
}

async function trainOne(
  body: string,
  { trainer, log }: Pick<TrainLoopOptions, 'trainer' | 'log'>,
  signal: AbortSignal,
): Promise<Consumed> {
  const message = trainMessageSchema.safeParse(parseJson(body));
  if (!message.success) {
    log.warn({ body: body.slice(0, 200) }, 'a message that nobody of ours sent');
    return 'done';
  }
  const { project, training } = message.data;
  const until = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const { outcome } = await runTraining(trainer, project, training, until);
  log.info({ project, training, outcome }, 'a training job was let go');
  return outcome === 'stopped' ? 'anew' : 'done';
}
