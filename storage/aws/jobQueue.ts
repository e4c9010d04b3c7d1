import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { FiducialError } from '../../domain/errors.ts';
import type { CallOptions, JobQueue, QueueCounts, ReceivedMessage, ReceiveOptions, SendOptions } from '../ports.ts';
import { assertReceive, assertSeconds, MAX_DELAY_SECONDS, MAX_LEASE_SECONDS } from '../queueLimits.ts';
import { DEFAULT_RETRIES, type RetryPolicy, withRetries } from './attempts.ts';
import { batchesOf, type Outgoing } from './batches.ts';
import { sendOptions } from './multipart.ts';
import { moveDeadLetters } from './redrive.ts';

export interface SqsQueueAddress {
  readonly name: string;
  readonly url: string;
  /** Of its dead letters; null where this is one. */
  readonly deadLettersUrl: string | null;
}

/** Beyond the time that a long poll waits by design. */
const ANSWER_TIMEOUT_MS = 10_000;

/** A standard queue of SQS; groups make it a fair one. */
export class SqsJobQueue implements JobQueue {
  readonly name: string;
  readonly deadLetters: JobQueue | null;
  readonly #address: SqsQueueAddress;
  readonly #sqs: SQSClient;
  readonly #retries: RetryPolicy;

  constructor(address: SqsQueueAddress, sqs: SQSClient, retries: RetryPolicy = DEFAULT_RETRIES) {
    const { name, deadLettersUrl } = address;
    this.name = name;
    this.#address = address;
    this.#sqs = sqs;
    this.#retries = retries;
    this.deadLetters =
      deadLettersUrl === null
        ? null
        : new SqsJobQueue({ name: `${name}-dead`, url: deadLettersUrl, deadLettersUrl: null }, sqs, retries);
  }

  async send(body: string, options: SendOptions = {}): Promise<void> {
    await this.sendAll([{ body, ...options }], options);
  }

  /** In requests of ten. One that fails halfway may send some twice: at least once. */
  async sendAll(messages: readonly Outgoing[], options: CallOptions = {}): Promise<void> {
    for (const { delaySeconds = 0 } of messages) assertSeconds('delaySeconds', delaySeconds, MAX_DELAY_SECONDS);
    for (const batch of batchesOf(messages)) await this.#sendBatch(batch, options.signal);
  }

  async receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    assertReceive(options);
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#address.url,
      MaxNumberOfMessages: options.max,
      WaitTimeSeconds: Math.ceil(options.waitSeconds),
      VisibilityTimeout: Math.ceil(options.leaseSeconds),
      MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId'],
    });
    const output = await this.#try('receive', options.signal, () =>
      this.#sqs.send(command, {
        ...sendOptions(options.signal),
        requestTimeout: options.waitSeconds * 1000 + ANSWER_TIMEOUT_MS,
      }),
    );
    return (output.Messages ?? []).map(receivedOf);
  }

  async extend(receipt: string, leaseSeconds: number, options: CallOptions = {}): Promise<void> {
    assertSeconds('leaseSeconds', leaseSeconds, MAX_LEASE_SECONDS);
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: this.#address.url,
      ReceiptHandle: receipt,
      VisibilityTimeout: Math.ceil(leaseSeconds),
    });
    await this.#try('extend', options.signal, () => this.#sqs.send(command, sendOptions(options.signal)));
  }

  async acknowledge(receipt: string, options: CallOptions = {}): Promise<void> {
    const command = new DeleteMessageCommand({ QueueUrl: this.#address.url, ReceiptHandle: receipt });
    await this.#try('acknowledge', options.signal, () => this.#sqs.send(command, sendOptions(options.signal)));
  }

  release(receipt: string, options: CallOptions = {}): Promise<void> {
    return this.extend(receipt, 0, options);
  }

  async counts(options: CallOptions = {}): Promise<QueueCounts> {
    const { url, deadLettersUrl } = this.#address;
    const [own, dead] = await Promise.all([
      this.#countsOf(url, options.signal),
      deadLettersUrl === null ? null : this.#countsOf(deadLettersUrl, options.signal),
    ]);
    return { ...own, dead: dead ? dead.visible + dead.inFlight + dead.delayed : 0 };
  }

  async redrive(options: CallOptions = {}): Promise<number> {
    const { url, deadLettersUrl } = this.#address;
    if (deadLettersUrl === null) {
      throw new FiducialError('INVALID_INPUT', `Expected a queue with dead letters, got ${this.name}`);
    }
    const call = <T>(what: string, work: () => Promise<T>) => this.#try(what, options.signal, work);
    return moveDeadLetters({ sqs: this.#sqs, from: deadLettersUrl, to: url, signal: options.signal, call });
  }

  async #sendBatch(batch: readonly Outgoing[], signal: AbortSignal | undefined): Promise<void> {
    let left = batch;
    await this.#try('send', signal, async () => {
      const command = new SendMessageBatchCommand({
        QueueUrl: this.#address.url,
        Entries: left.map(({ body, group, delaySeconds }, index) => ({
          Id: String(index),
          MessageBody: body,
          DelaySeconds: delaySeconds === undefined ? undefined : Math.ceil(delaySeconds),
          MessageGroupId: group || undefined,
        })),
      });
      const output = await this.#sqs.send(command, sendOptions(signal));
      const failed = output.Failed ?? [];
      const refused = failed.find((entry) => entry.SenderFault);
      if (refused) {
        throw new FiducialError('INVALID_INPUT', `${this.name} refused a message: ${refused.Code}, ${refused.Message}`);
      }
      left = failed.flatMap((entry) => left[Number(entry.Id)] ?? []);
      // Named as SQS names it when it refuses a whole request, so that the rest is tried again.
      if (left.length > 0) throw Object.assign(new Error('part of a batch'), { name: 'RequestThrottled' });
    });
  }

  async #countsOf(url: string, signal: AbortSignal | undefined): Promise<Omit<QueueCounts, 'dead'>> {
    const command = new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    });
    const output = await this.#try('counts', signal, () => this.#sqs.send(command, sendOptions(signal)));
    const { Attributes: counts = {} } = output;
    return {
      visible: Number(counts.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(counts.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(counts.ApproximateNumberOfMessagesDelayed ?? 0),
    };
  }

  #try<T>(what: string, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    return withRetries(`${this.name}, ${what}`, this.#retries, signal, call);
  }
}

function receivedOf(message: Message): ReceivedMessage {
  return {
    id: message.MessageId ?? '',
    body: message.Body ?? '',
    receipt: message.ReceiptHandle ?? '',
    receives: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    group: message.Attributes?.MessageGroupId ?? null,
  };
}
