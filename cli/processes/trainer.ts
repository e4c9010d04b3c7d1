/** Trains what comes over the train queue, one job at a time. */
import { trainMessageSchema } from '../../domain/records.ts';
import { consume } from '../../scoring/worker/consume.ts';
import { runTraining } from '../../training/worker/runTraining.ts';
import { trainerParts } from '../local.ts';
import { letGo, processConfig, sayReady, stopSignal } from './lifecycle.ts';
import { openStack, processConfigSchema } from './stackProcess.ts';

/** Well below the twelve hours that a message can be held. */
const LONGEST_MS = 10 * 3_600_000;

const config = await processConfig((value) => processConfigSchema.parse(value));
const stop = stopSignal();
const { storage, queues, log } = await openStack(config, 'trainer');
sayReady();
await consume(
  queues.train,
  { atOnce: 1, leaseSeconds: 60, waitSeconds: 20, signal: stop, log },
  async ({ body }, signal) => {
    const message = trainMessageSchema.safeParse(parseJson(body));
    if (!message.success) {
      log.warn({ body: body.slice(0, 200) }, 'a message that nobody of ours sent');
      return 'done';
    }
    const { project, training } = message.data;
    const until = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
    const { outcome } = await runTraining(
      trainerParts(storage.stores.models, config.folder, 1),
      project,
      training,
      until,
    );
    log.info({ project, training, outcome }, 'a training job was let go');
    return outcome === 'stopped' ? 'anew' : 'done';
  },
);
await storage.close();
letGo();

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
