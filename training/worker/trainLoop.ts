/** Trains what comes over the train queue, one job at a time: in the trainer's container and on one's own machine. */
import { isFiducialError } from '../../domain/errors.ts';
import { type TrainMessage, trainMessageSchema } from '../../domain/records.ts';
import { pause } from '../../storage/abort.ts';
import { type Consumed, type ConsumeOptions, consume } from '../../storage/consume.ts';
import type { Log } from '../../storage/log.ts';
import type { JobQueue } from '../../storage/ports.ts';
import { runTraining, type TrainerParts, type TrainingHooks } from './runTraining.ts';

/** A message can be held for twelve hours at most: a longer job goes on from its checkpoint, by a new one. */
const LONGEST_MS = 10 * 3_600_000;
const LEASE_SECONDS = 60;
const WAIT_SECONDS = 20;
/** For another trainer's lease: longer than one lasts. */
const LONGEST_WAIT_MS = 120_000;

export interface TrainLoopOptions extends Partial<Pick<ConsumeOptions, 'leaseSeconds' | 'waitSeconds'>> {
  readonly queue: JobQueue;
  readonly trainer: TrainerParts;
  readonly log: Log;
  /** Told to stop: the job's checkpoint is kept, its message sent anew. */
  readonly signal: AbortSignal;
  readonly hooks?: TrainingHooks;
}

/** Returns when the signal has aborted and the job that was held is put back. */
export async function runTrainer(options: TrainLoopOptions): Promise<void> {
  const { queue, signal, log, leaseSeconds = LEASE_SECONDS, waitSeconds = WAIT_SECONDS } = options;
  await consume(queue, { atOnce: 1, leaseSeconds, waitSeconds, signal, log }, ({ body }, stop) =>
    trainOne(body, options, stop),
  );
}

async function trainOne(
  body: string,
  { trainer, log, hooks }: Pick<TrainLoopOptions, 'trainer' | 'log' | 'hooks'>,
  signal: AbortSignal,
): Promise<Consumed> {
  const message = parseTrainMessage(body);
  if (!message) {
    log.warn({ body: body.slice(0, 200) }, 'a message that nobody of ours sent');
    return 'done';
  }
  const { project, training } = message;
  const until = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const job = { project, training };
  try {
    const { outcome } = await runTraining(trainer, project, training, until, hooks);
    log.info({ ...job, outcome }, 'a training job was let go');
    return outcome === 'stopped' ? 'anew' : 'done';
  } catch (error) {
    if (!isFiducialError(error, 'LEASE_LOST')) throw error;
    const { heldUntil } = error.ids;
    if (heldUntil === undefined) {
      log.warn({ ...job, error }, 'another trainer took this job over, since its lease was not renewed in time');
    } else {
      log.info({ ...job, ...error.ids }, 'waiting for the lease of a trainer that has this job, or died with it');
      const waitMs = Date.parse(String(heldUntil)) - trainer.now().getTime();
      await pause(Math.max(0, Math.min(waitMs, LONGEST_WAIT_MS)), until).catch(() => {});
    }
    return 'anew';
  }
}

function parseTrainMessage(body: string): TrainMessage | null {
  try {
    return trainMessageSchema.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}
