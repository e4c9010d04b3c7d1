/** The workers: each turns messages of one queue into acknowledged work, until its signal aborts. */
import { scoreMessageSchema } from '../../domain/records.ts';
import { type ConsumeOptions, consume } from '../../storage/consume.ts';
import { type DeadLetterParts, handleDeadPlan, handleDeadShard } from '../deadLetters.ts';
import { handlePlanMessage, type PlanParts } from '../plan.ts';
import { parseJson, scoreAgain } from '../planning/messages.ts';
import type { ScoringParts } from '../ports.ts';
import { type ScoreParts, scoreShard } from '../scoreShard.ts';

export interface WorkerOptions extends Partial<Omit<ConsumeOptions, 'signal' | 'log'>> {
  /** Told to stop: work under way is sent anew, and the call returns. */
  readonly signal: AbortSignal;
}

function withDefaults(options: WorkerOptions, parts: Pick<ScoringParts, 'log'>, atOnce: number): ConsumeOptions {
  return { atOnce, leaseSeconds: 60, waitSeconds: 20, log: parts.log, ...options };
}

/**
 * Scores shards. Two or more at once (default 3), so that one is read while another is scored and a third settled, and
 * the scorer never idles between them.
 */
export async function runScorer(parts: ScoreParts, options: WorkerOptions): Promise<void> {
  const consumeOptions = { anewAs: scoreAgain, ...withDefaults(options, parts, 3) };
  await consume(parts.queues.score, consumeOptions, async ({ body, receives }, signal) => {
    const message = scoreMessageSchema.safeParse(parseJson(body));
    if (message.success) {
      const { finish } = await scoreShard(parts, message.data, { signal, receives });
      return finish === 'left to another' ? 'later' : 'done';
    }
    parts.log.warn({ body: body.slice(0, 200) }, 'a message that nobody of ours sent');
    return 'done';
  });
}

export async function runPlanner(parts: PlanParts, options: WorkerOptions): Promise<void> {
  await consume(parts.queues.plan, withDefaults(options, parts, 2), async ({ body }) => {
    await handlePlanMessage(parts, body);
    return 'done';
  });
}

/** Settles what the queues gave up on. Does nothing where a queue has no dead letters. */
export async function runDeadLetters(parts: DeadLetterParts, options: WorkerOptions): Promise<void> {
  const { plan, score } = parts.queues;
  const settled = (outcome: Awaited<ReturnType<typeof handleDeadShard>>) => (outcome === 'wait' ? 'later' : 'done');
  const consumeOptions = withDefaults(options, parts, 1);
  await Promise.all([
    score.deadLetters &&
      consume(score.deadLetters, consumeOptions, async (message) => settled(await handleDeadShard(parts, message))),
    plan.deadLetters &&
      consume(plan.deadLetters, consumeOptions, async (message) => settled(await handleDeadPlan(parts, message))),
  ]);
}
