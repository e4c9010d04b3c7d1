import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { FiducialError } from '../../domain/errors.ts';
import { pause } from '../abort.ts';
import { sendOptions } from './multipart.ts';

export interface Move {
  readonly sqs: SQSClient;
  /** URLs of queues. */
  readonly from: string;
  readonly to: string;
  readonly signal: AbortSignal | undefined;
  readonly call: <T>(what: string, work: () => Promise<T>) => Promise<T>;
}

const FIRST_POLL_MS = 100;
const LAST_POLL_MS = 5000;

/** SQS moves them itself, up to 500 a second; this waits for it. Gives how many moved. */
export async function moveDeadLetters(move: Move): Promise<number> {
  const { sqs, call } = move;
  const [source, destination] = await Promise.all([arnOf(move, move.from), arnOf(move, move.to)]);
  const command = new StartMessageMoveTaskCommand({ SourceArn: source, DestinationArn: destination });
  const { TaskHandle } = await call('redrive', () => sqs.send(command, sendOptions(move.signal)));
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 2, LAST_POLL_MS)) {
    const list = new ListMessageMoveTasksCommand({ SourceArn: source, MaxResults: 10 });
    const { Results = [] } = await call('redrive', () => sqs.send(list, sendOptions(move.signal)));
    // A finished task has no handle any more: then it is the latest.
    const task = Results.find((result) => result.TaskHandle === TaskHandle) ?? Results[0];
    if (task?.Status === 'COMPLETED') return Number(task.ApproximateNumberOfMessagesMoved ?? 0);
    if (task?.Status === 'FAILED' || task?.Status === 'CANCELLED') {
      throw new FiducialError(
        'UNAVAILABLE',
        `Moving dead letters ended as ${task.Status}: ${task.FailureReason ?? ''}`,
      );
    }
    await pause(waitMs, move.signal);
  }
}

async function arnOf(move: Move, url: string): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] });
  const output = await move.call('redrive', () => move.sqs.send(command, sendOptions(move.signal)));
  return output.Attributes?.QueueArn ?? '';
}
