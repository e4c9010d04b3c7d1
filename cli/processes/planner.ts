/** Plans commits, settles what the queues gave up on, and sends again what was forgotten. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { modelResolver } from '../../scoring/models.ts';
import { RunRecords } from '../../scoring/runRecords.ts';
import { sweep } from '../../scoring/sweep.ts';
import { runDeadLetters, runPlanner } from '../../scoring/worker/loop.ts';
import { modelSources } from '../childScorer.ts';
import { CODE_VERSION } from '../version.ts';
import { letGo, processConfig, sayReady, stopSignal } from './lifecycle.ts';
import { openStack, processConfigSchema } from './stackProcess.ts';

const SWEEP_EVERY_MS = 3_600_000;

const config = await processConfig((value) => processConfigSchema.parse(value));
const signal = stopSignal();
const { storage, catalog, ...parts } = await openStack(config, 'planner');
const planParts = {
  ...parts,
  models: modelResolver(modelSources(catalog)),
  codeVersion: CODE_VERSION,
  newAttempt: () => randomBytes(6).toString('hex'),
};
sayReady();
await Promise.all([
  runPlanner({ ...planParts, timeLeft: () => !signal.aborted }, { signal }),
  runDeadLetters({ ...parts, runs: new RunRecords(parts.stores.results) }, { signal }),
  sweepHourly(),
]);
await storage.close();
letGo();

async function sweepHourly(): Promise<void> {
  while (!signal.aborted) {
    await sweep(parts).catch((error: unknown) => parts.log.error({ error }, 'the hourly sweep failed'));
    await delay(SWEEP_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}
