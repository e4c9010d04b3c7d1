import { expect, test } from 'vitest';
import type { ApiRun } from '../../cli/api.ts';
import { failuresLine, runJson, runText } from '../../cli/runText.ts';

const running: ApiRun = {
  id: 'Run:default:r1',
  run: 'r1',
  status: 'RUNNING',
  committedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  items: 10,
  scored: null,
  failed: null,
  // Until it is done.
  errors: [],
  rejection: null,
  truth: null,
  evaluations: [],
  model: null,
  metrics: null,
  progress: {
    items: 10,
    scored: 4,
    failed: 3,
    errors: [
      { code: 'NOT_AN_IMAGE', count: 2 },
      { code: 'TRUNCATED', count: 1 },
    ],
    fraction: 0.7,
    itemsPerSecond: null,
    secondsLeft: null,
  },
};

test('a run that goes on says by reason what has failed so far', () => {
  expect(runJson(running)).toMatchObject({ failed: 3, errors: { NOT_AN_IMAGE: 2, TRUNCATED: 1 } });
  expect(runText(running)).toMatch(/failed +2: NOT_AN_IMAGE\nfailed +1: TRUNCATED/);
});

test('failures whose reasons were not kept are counted all the same', () => {
  expect(failuresLine(3, running.progress!.errors)).toBe('3 failed: 2 NOT_AN_IMAGE, 1 TRUNCATED');
  expect(failuresLine(3, [])).toBe('3 failed');
  expect(failuresLine(0, [])).toBe('');
});
