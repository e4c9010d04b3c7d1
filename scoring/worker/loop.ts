/** The workers: each turns messages of one queue into acknowledged work, until its signal aborts. */
import { scoreMessageSchema } from '../../domain/records.ts';
import { type ConsumeOptions, consume } from '../../storage/consume.ts';
import type { ByWeight } from '../../storage/room.ts';
import { type DeadLetterParts, handleDeadPlan, handleDeadShard } from '../deadLetters.ts';
import { READING } from '../images.ts';
import { handlePlanMessage, type PlanParts } from '../plan.ts';
import { MAX_SHARD } from '../planning/limits.ts';
import { parseJson, scoreAgain } from '../planning/messages.ts';
import type { ScoringParts } from '../ports.ts';
import { ReadAhead } from '../readAhead.ts';
import { type ScoreParts, scoreShard } from '../scoreShard.ts';

export interface WorkerOptions extends Partial<Omit<ConsumeOptions, 'signal' | 'log'>> {
  /** Told to stop: work under way is sent anew, and the call returns. */
  readonly signal: AbortSignal;
}

function withDefaults(
  options: WorkerOptions,
  parts: Pick<ScoringParts, 'log'>,
  atOnce: ConsumeOptions['atOnce'],
): ConsumeOptions {
  return { atOnce, leaseSeconds: 60, waitSeconds: 20, log: parts.log, ...options };
}

/** Shards at once of any size: one is read while another is scored and a third settled. */
const SHARDS = 3;
/** Small ones, whose requests take longer than their images. */
const SMALL_SHARDS = 8;
/** Under way together they keep a scorer busy for as long as a shard's requests take: 700 a second and 350 ms. */
const IMAGES_ENOUGH = 256;

const BY_IMAGES: ByWeight = { atLeast: SHARDS, atMost: SMALL_SHARDS, light: IMAGES_ENOUGH, weigh: imagesOf };

/** An earlier release's message does not say how large its shard is; one that is none of ours is done with at once. */
function imagesOf(body: string): number {
  return scoreMessageSchema.safeParse(parseJson(body)).data?.items ?? MAX_SHARD;
}

/**
 * Scores shards, several at once, so that the scorer never idles between them: three of any size, and small ones until
 * their images are enough, eight at most, which together read ahead no more images than three would. `atOnce` of the
 * options says instead how many, whatever their size, each reading ahead by itself.
 */
export async function runScorer(parts: ScoreParts, options: WorkerOptions): Promise<void> {
  const consumeOptions = { anewAs: scoreAgain, ...withDefaults(options, parts, BY_IMAGES) };
  const places = SHARDS * (parts.reading ?? READING).atOnce;
  const own = options.atOnce === undefined ? { ...parts, readAhead: new ReadAhead(places, SMALL_SHARDS) } : parts;
  await consume(parts.queues.score, consumeOptions, async ({ body, receives }, signal) => {
    const message = scoreMessageSchema.safeParse(parseJson(body));
    if (message.success) {
      const { finish } = await scoreShard(own, message.data, { signal, receives });
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
