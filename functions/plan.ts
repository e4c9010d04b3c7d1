/** Lambda: plans batches into shards, and wakes as many scorers as their images are worth. */
import { randomUUID } from 'node:crypto';
import { handlePlanMessage, type PlanParts } from '../scoring/plan.ts';
import { RunRecords } from '../scoring/runRecords.ts';
import { type AwsParts, openAwsParts } from './awsParts.ts';
import { readWakeConfig } from './config.ts';
import { resolverOf, storedModels } from './models.ts';
import { type BatchResponse, handleMessages } from './sqsHandler.ts';
import { CODE_VERSION } from './version.ts';
import { openEcs, wakingQueues } from './wakers.ts';

/** What is left of a call when a planner hands the rest to the next one: enough to write what it has. */
const RESERVE_MS = 60_000;

export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

type PlannerParts = Omit<PlanParts, 'timeLeft'>;

export function createPlanner(parts: PlannerParts) {
  return (event: unknown, context: LambdaContext): Promise<BatchResponse> => {
    const timeLeft = () => context.getRemainingTimeInMillis() > RESERVE_MS;
    return handleMessages(
      event,
      async ({ body }) => {
        await handlePlanMessage({ ...parts, timeLeft }, body);
        return 'done';
      },
      parts.log,
    );
  };
}

function plannerParts({ stores, queues, log, now, config }: AwsParts): PlannerParts {
  const runs = new RunRecords(stores.results);
  const waking = wakingQueues(queues, { ecs: openEcs(config.region), config: readWakeConfig(), runs, log });
  return {
    stores,
    queues: waking,
    log,
    now,
    models: resolverOf(storedModels(stores.models)),
    codeVersion: CODE_VERSION,
    newAttempt: () => randomUUID().replaceAll('-', ''),
  };
}

let handle: ReturnType<typeof createPlanner> | null = null;

export async function handler(event: unknown, context: LambdaContext): Promise<BatchResponse> {
  handle ??= createPlanner(plannerParts(openAwsParts('plan')));
  return handle(event, context);
}
