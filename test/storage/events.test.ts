import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEventKey, encodeEventKey, parsePlanMessage } from '../../storage/events.ts';

test('keys survive the encoding of events, and their slashes stay', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => decodeEventKey(encodeEventKey(key)) === key),
  );
  expect(encodeEventKey("commits/a b+c'(1).json")).toBe('commits/a+b%2Bc%27%281%29.json');
});

test('an event of several records gives the keys that were created, and no others', () => {
  const record = (eventName: string, key: string) => ({ eventName, s3: { bucket: { name: 'u' }, object: { key } } });
  const body = JSON.stringify({
    Records: [
      record('ObjectCreated:Put', 'commits/a+b'),
      record('ObjectRemoved:Delete', 'commits/gone'),
      record('ObjectCreated:CompleteMultipartUpload', 'commits/%C3%BC'),
    ],
  });
  expect(parsePlanMessage(body)).toEqual({ kind: 'commits', keys: ['commits/a b', 'commits/ü'] });
});

test('S3’s test event and our own messages are told apart', () => {
  const event = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-01-01T00:00:00.000Z', Bucket: 'u' };
  expect(parsePlanMessage(JSON.stringify(event))).toEqual({ kind: 'test' });
  const message = { kind: 'plan', project: 'default', batch: 'b', commit: 'commits/default/b/c.json' };
  expect(parsePlanMessage(JSON.stringify(message))).toEqual({ kind: 'plan', message });
});

test('anything else is refused with what was got', () => {
  for (const body of ['', 'x', '{}', '[]', '{"Records":[{}]}', '{"Records":[{"eventName":"ObjectCreated:Put"}]}']) {
    expect(() => parsePlanMessage(body)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  }
  const bad = { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'u' }, object: { key: '%E0%A4%A' } } };
  expect(() => parsePlanMessage(JSON.stringify({ Records: [bad] }))).toThrow(/URL-encoded/);
});
