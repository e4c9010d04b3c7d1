/** Trains what comes over the train queue, one job at a time. */
import { runTrainer } from '../../training/worker/trainLoop.ts';
import { trainerParts } from '../local.ts';
import { letGo, processConfig, sayReady, stopSignal } from './lifecycle.ts';
import { openStack, processConfigSchema } from './stackProcess.ts';

const config = await processConfig((value) => processConfigSchema.parse(value));
const signal = stopSignal();
const { storage, queues, log } = await openStack(config, 'trainer');
sayReady();
await runTrainer({ queue: queues.train, trainer: trainerParts(storage.stores.models, config.folder, 1), log, signal });
await storage.close();
letGo();
