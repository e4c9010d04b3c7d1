/**
 * ECS task scale-in protection: while it is held, neither scaling nor a deployment stops this task.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
import { z } from 'zod';
import type { Log } from '../scoring/ports.ts';

/** At most 48 hours are allowed. Short, so that a task that hangs is not protected for long. */
const EXPIRES_MINUTES = 30;
const RENEW_AFTER_MS = 5 * 60_000;
const TIMEOUT_MS = 5_000;

const answerSchema = z.object({
  protection: z.object({ ProtectionEnabled: z.boolean() }).nullish(),
  failure: z.object({ Reason: z.string() }).nullish(),
  error: z.object({ Code: z.string(), Message: z.string().nullish() }).nullish(),
});

/**
 * `blocked`: a deployment waits for protected tasks of this service; go on no longer than has to be.
 * `refused`: this task is not protected, for another reason.
 */
export type ProtectionOutcome = 'held' | 'blocked' | 'refused';

export interface TaskProtectionOptions {
  /** `ECS_AGENT_URI`; null outside of ECS, where there is nothing to be protected from. */
  readonly agentUri: string | null;
  readonly log: Log;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

export class TaskProtection {
  readonly #options: TaskProtectionOptions;
  #heldAt: number | null = null;

  constructor(options: TaskProtectionOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#heldAt !== null;
  }

  /** Cheap while it is held and fresh. Never throws: an agent that does not answer must not stop the work. */
  async take(): Promise<ProtectionOutcome> {
    const now = this.#now();
    if (this.#options.agentUri === null) return 'held';
    if (this.#heldAt !== null && now - this.#heldAt < RENEW_AFTER_MS) return 'held';
    const outcome = await this.#put({ ProtectionEnabled: true, ExpiresInMinutes: EXPIRES_MINUTES });
    if (outcome === 'held') this.#heldAt = now;
    return outcome;
  }

  async release(): Promise<void> {
    if (this.#options.agentUri === null || this.#heldAt === null) return;
    this.#heldAt = null;
    await this.#put({ ProtectionEnabled: false });
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  async #put(body: Readonly<Record<string, unknown>>): Promise<ProtectionOutcome> {
    const { agentUri, log, fetch: send = fetch } = this.#options;
    try {
      const response = await send(`${agentUri}/task-protection/v1/state`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const { failure, error } = answerSchema.parse(await response.json());
      if (!failure && !error) return 'held';
      log.warn({ failure, error }, 'the ECS agent did not change the protection of this task');
      return failure?.Reason === 'DEPLOYMENT_BLOCKED' ? 'blocked' : 'refused';
    } catch (error) {
      log.warn({ error }, 'the ECS agent did not answer about the protection of this task');
      return 'refused';
    }
  }
}
