/**
 * What `@smithy/core/event-streams` is in Lambda: nothing. S3 needs it for SelectObjectContent alone, which is asked of
 * it nowhere. @see cdk/bundle.ts
 */

export const eventStreamSerdeProvider = (): null => null;

export const resolveEventStreamSerdeConfig = <T>(config: T): T => config;

export class EventStreamSerde {
  constructor() {
    throw new Error('Expected no operation with a stream of events: what reads them is not in the bundle of a Lambda');
  }
}
