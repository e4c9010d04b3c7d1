/** One link: a Lambda works off a queue. A message that failed comes back by itself, without its neighbours. */
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { NodeFunction } from './nodeFunction.ts';

export interface QueueHandlerProps {
  readonly queue: sqs.IQueue;
  readonly handler: NodeFunction;
  readonly batchSize: number;
  readonly maxConcurrency: number;
}

export class QueueHandler extends Construct {
  constructor(scope: Construct, id: string, { queue, handler, batchSize, maxConcurrency }: QueueHandlerProps) {
    super(scope, id);
    // It also lets the role receive from, and delete from, this queue.
    handler.function.addEventSource(
      new SqsEventSource(queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
    );
  }
}
