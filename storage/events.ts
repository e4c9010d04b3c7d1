/**
 * Messages on the plan queue: S3's own event notifications and our own continuation of a long plan. The embedded store
 * writes events exactly as S3 does, so one parser serves both.
 * Format: Amazon S3 User Guide, "Event message structure", version 2.1.
 */
import { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';
import { planMessageSchema } from '../domain/records.ts';

/** Sent once when a notification is configured; it has no Records. */
const testEventSchema = z.object({ Event: z.literal('s3:TestEvent'), Bucket: z.string() });

const eventRecordSchema = z.object({
  eventName: z.string(),
  s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
});
const eventSchema = z.object({ Records: z.array(eventRecordSchema) });

export type PlanMessage =
  | { readonly kind: 'test' }
  /** Keys of created objects, decoded. One message may carry several, or none that matter. */
  | { readonly kind: 'commits'; readonly keys: readonly string[] }
  /** A plan to go on with. */
  | { readonly kind: 'plan'; readonly message: z.infer<typeof planMessageSchema> };

/** @throws INVALID_INPUT for a body that is none of the three. */
export function parsePlanMessage(body: string): PlanMessage {
  const value = parseJson(body);
  const plan = planMessageSchema.safeParse(value);
  if (plan.success) return { kind: 'plan', message: plan.data };
  if (testEventSchema.safeParse(value).success) return { kind: 'test' };
  const event = eventSchema.safeParse(value);
  if (!event.success) {
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected an S3 event, its test event or a plan message, got ${body.slice(0, 200)}`,
      { cause: event.error },
    );
  }
  const created = event.data.Records.filter((record) => record.eventName.startsWith('ObjectCreated:'));
  return { kind: 'commits', keys: created.map((record) => decodeEventKey(record.s3.object.key)) };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new FiducialError('INVALID_INPUT', `Expected a message in JSON, got ${body.slice(0, 200)}`, { cause });
  }
}

/** S3 writes keys as HTML forms do: a space is `+`, other bytes are percent-encoded, `/` stays. */
export function encodeEventKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

export function decodeEventKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch (cause) {
    throw new FiducialError('INVALID_INPUT', `Expected a URL-encoded key, got ${encoded.slice(0, 200)}`, { cause });
  }
}

export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  /** With its quotes. */
  readonly etag: string;
  readonly at: Date;
  /** Grows with every write of a key, so that events can be put in order. */
  readonly sequence: number;
}

/** The message that S3 sends for a created object. */
export function objectCreatedEvent(object: CreatedObject): string {
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventTime: object.at.toISOString(),
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'fiducial' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': sequencer(object.sequence), 'x-amz-id-2': 'embedded' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'embedded',
      bucket: {
        name: object.bucket,
        ownerIdentity: { principalId: 'fiducial' },
        arn: `arn:aws:s3:::${object.bucket}`,
      },
      object: {
        key: encodeEventKey(object.key),
        size: object.bytes,
        eTag: object.etag.replaceAll('"', ''),
        sequencer: sequencer(object.sequence),
      },
    },
  };
  return JSON.stringify({ Records: [record] });
}

/** What S3 sends first, when a notification is configured. */
export function testEvent(bucket: string, at: Date): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: at.toISOString(),
    Bucket: bucket,
    RequestId: sequencer(0),
    HostId: 'embedded',
  });
}

function sequencer(sequence: number): string {
  return sequence.toString(16).toUpperCase().padStart(18, '0');
}
