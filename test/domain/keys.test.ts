import { describe, expect, test } from 'vitest';
import { ITEM_ERROR_CODES } from '../../domain/errors.ts';
import { parseSummaryKey, resultKeys } from '../../domain/keys.ts';

const keyOf = (scored: number, failed: number, errors: Record<string, number>) =>
  resultKeys.summary('p', 'r', '000012', { scored, failed, errors });

describe('the key of a summary', () => {
  test('tells how many items failed by code, in one order whatever the order of the counts', () => {
    const key = keyOf(500, 12, { NOT_AN_IMAGE: 10, CRASHED: 2 });
    expect(key).toBe('p/runs/r/summaries/000012.500.12.CRASHED-2.NOT_AN_IMAGE-10.json');
    expect(keyOf(500, 12, { CRASHED: 2, NOT_AN_IMAGE: 10 })).toBe(key);
    expect(parseSummaryKey(key)).toEqual({
      shard: '000012',
      scored: 500,
      failed: 12,
      errors: { CRASHED: 2, NOT_AN_IMAGE: 10 },
    });
  });

  test('is that of earlier releases where nothing failed', () => {
    expect(keyOf(512, 0, {})).toBe('p/runs/r/summaries/000012.512.0.json');
  });

  test('of an earlier release is read: its reasons are not known', () => {
    expect(parseSummaryKey('p/runs/r/summaries/000012.500.12.json')).toEqual({
      shard: '000012',
      scored: 500,
      failed: 12,
      errors: {},
    });
  });

  test('is far below the 1,024 bytes of S3 where every code occurs 999,999 times, and is read back', () => {
    const errors = Object.fromEntries(Object.keys(ITEM_ERROR_CODES).map((code) => [code, 999_999]));
    const slug = 'a'.repeat(64);
    const key = resultKeys.summary(slug, slug, '999999', { scored: 999_999, failed: 999_999, errors });
    expect(key).toMatch(/^[\x21-\x7e]+$/);
    expect(key.length).toBeLessThan(512);
    expect(parseSummaryKey(key)?.errors).toEqual(errors);
  });

  test.each([
    'p/runs/r/summaries/000012.json',
    'p/runs/r/summaries/000012.500.12.CRASHED.json',
    'p/runs/r/evaluations/t/summaries/000012.json',
    'p/runs/r/done.json',
  ])('is not %s', (key) => {
    expect(parseSummaryKey(key)).toBeNull();
  });
});
