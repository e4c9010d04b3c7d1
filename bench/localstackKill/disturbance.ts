import { type Interceptor, interceptQueues } from '../../storage/intercept.ts';
import type { JobQueue, Queues } from '../../storage/ports.ts';

export interface Disturbance {
  readonly queues: Queues;
  readonly messages: { lost: number; doubled: number };
  begin(): void;
}

/** Once begun: of the messages to the scorers, one in twenty goes nowhere and one in twenty arrives twice. */
export function disturbance(queues: Queues): Disturbance {
  const messages = { lost: 0, doubled: 0 };
  let begun = false;
  const disturb: Interceptor = async (call, proceed) => {
    if (!begun || call.target !== 'score' || call.method !== 'sendAll') return proceed();
    const [all] = call.args as [Parameters<JobQueue['sendAll']>[0]];
    const sent = all.flatMap((message) => {
      const chance = Math.random();
      if (chance < 0.05) messages.lost++;
      else if (chance < 0.1) messages.doubled++;
      return chance < 0.05 ? [] : chance < 0.1 ? [message, message] : [message];
    });
    return queues.score.sendAll(sent);
  };
  const begin = () => {
    begun = true;
  };
  return { queues: interceptQueues(queues, disturb), messages, begin };
}
