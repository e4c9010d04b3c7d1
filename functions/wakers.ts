/** Queues whose senders wake the workers behind them, where there are ECS services to wake. */
import { ECSClient } from '@aws-sdk/client-ecs';
import { type ScoreMessage, scoreMessageSchema } from '../domain/records.ts';
import type { Log } from '../scoring/ports.ts';
import type { RunRecords } from '../scoring/runRecords.ts';
import type { Queues } from '../storage/ports.ts';
import type { WakeConfig } from './config.ts';
import { type EcsCommands, type WakeableService, wake } from './wake.ts';
import { wakingQueue } from './wakingQueue.ts';

export function openEcs(region: string): EcsCommands {
  return new ECSClient({ region, maxAttempts: 3 });
}

export interface WakerParts {
  readonly ecs: EcsCommands;
  readonly config: WakeConfig;
  readonly runs: RunRecords;
  readonly log: Log;
}

export function scorerService({ cluster, scorer }: WakeConfig): WakeableService {
  return { cluster, ...scorer };
}

export function trainerService({ cluster, trainer }: WakeConfig): WakeableService {
  return { cluster, ...trainer };
}

/** Sending shards wakes as many scorers as their images are worth; sending a training job wakes a trainer. */
export function wakingQueues(queues: Queues, { ecs, config, runs, log }: WakerParts): Queues {
  const wakeScorers = async (bodies: readonly string[]) => {
    const images = await imagesOf(bodies, runs);
    return wake(ecs, scorerService(config), images / config.imagesPerScorer, log);
  };
  const wakeTrainers = (bodies: readonly string[]) => wake(ecs, trainerService(config), bodies.length, log);
  return {
    plan: queues.plan,
    score: wakingQueue(queues.score, wakeScorers, log),
    train: wakingQueue(queues.train, wakeTrainers, log),
  };
}

/** Shards of one run at a time are sent, so its record is read once. */
async function imagesOf(bodies: readonly string[], runs: RunRecords): Promise<number> {
  const shards = bodies.flatMap((body) => {
    const message = scoreMessageSchema.safeParse(JSON.parse(body));
    return message.success ? [message.data] : [];
  });
  const byRun = Map.groupBy(shards, ({ project, run }: ScoreMessage) => `${project} ${run}`);
  let images = 0;
  for (const messages of byRun.values()) {
    const { project, run } = messages[0]!;
    const record = await runs.get(project, run);
    images += messages.length * (record?.shardSize ?? 1);
  }
  return images;
}
