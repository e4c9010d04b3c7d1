/** A Lambda on a queue: each message has its own outcome, and a failure is that message's alone. */
import { z } from 'zod';
import type { Log } from '../scoring/ports.ts';
import type { ReceivedMessage } from '../storage/ports.ts';

const eventSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      body: z.string(),
      receiptHandle: z.string().default(''),
      attributes: z.object({
        ApproximateReceiveCount: z.coerce.number().int().positive(),
        MessageGroupId: z.string().nullish(),
      }),
    }),
  ),
});

/** What Lambda wants back: the messages to be delivered again, once their lease is over. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** `again`: not done, and no fault. It comes again like one that failed, without an error in the log. */
export type HandleMessage = (message: ReceivedMessage) => Promise<'done' | 'again'>;

export async function handleMessages(event: unknown, handle: HandleMessage, log: Log): Promise<BatchResponse> {
  const { Records } = eventSchema.parse(event);
  const again = await Promise.all(
    Records.map(async ({ messageId: id, body, receiptHandle: receipt, attributes }) => {
      const { ApproximateReceiveCount: receives, MessageGroupId } = attributes;
      try {
        const outcome = await handle({ id, body, receipt, receives, group: MessageGroupId ?? null });
        return outcome === 'again' ? [{ itemIdentifier: id }] : [];
      } catch (error) {
        log.error({ message: body.slice(0, 300), receives, error }, 'a message failed');
        return [{ itemIdentifier: id }];
      }
    }),
  );
  return { batchItemFailures: again.flat() };
}
