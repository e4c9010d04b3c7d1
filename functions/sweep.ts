/** Lambda, every hour: sends again what no message is left for; wakes whom work waits for, and puts idle ones to sleep. */

import type { Log } from '../scoring/ports.ts';
import { RunRecords } from '../scoring/runRecords.ts';
import { type SweepReport, sweep } from '../scoring/sweep.ts';
import type { JobQueue, Queues, Stores } from '../storage/ports.ts';
import { type AwsParts, openAwsParts } from './awsParts.ts';
import { readWakeConfig, type WakeConfig } from './config.ts';
import { type EcsCommands, putToSleep, type WakeableService, wake } from './wake.ts';
import { openEcs, scorerService, trainerService, wakingQueues } from './wakers.ts';

export interface SweepParts {
  readonly stores: Stores;
  readonly queues: Queues;
  readonly log: Log;
  readonly ecs: EcsCommands;
  readonly config: WakeConfig;
  now(): Date;
}

/**
 * What the scaling rules do within minutes, once more, for the case that a metric of theirs is missing: a GPU that
 * nobody puts to sleep costs more than anything else here.
 */
export async function sweepAll(parts: SweepParts): Promise<SweepReport> {
  const { ecs, config, log } = parts;
  const runs = new RunRecords(parts.stores.results);
  const queues = wakingQueues(parts.queues, { ecs, config, runs, log });
  const report = await sweep({ ...parts, queues });
  await balance(parts, parts.queues.score, scorerService(config));
  await balance(parts, parts.queues.train, trainerService(config));
  return report;
}

async function balance({ ecs, log }: SweepParts, queue: JobQueue, service: WakeableService): Promise<void> {
  const { visible, inFlight, delayed } = await queue.counts();
  if (visible + delayed > 0) await wake(ecs, service, 1, log);
  else if (inFlight === 0) await putToSleep(ecs, service, log);
}

let parts: (AwsParts & SweepParts) | null = null;

function open(): AwsParts & SweepParts {
  const aws = openAwsParts('sweep');
  return { ...aws, config: { ...aws.config, ...readWakeConfig() }, ecs: openEcs(aws.config.region) };
}

export async function handler(): Promise<SweepReport> {
  parts ??= open();
  return sweepAll(parts);
}
