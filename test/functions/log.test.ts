import { expect, it } from 'vitest';
import { FiducialError } from '../../domain/errors.ts';
import { createLog } from '../../functions/log.ts';

it('writes a line of JSON with its facts, and errors with their codes, ids and causes', () => {
  const lines: string[] = [];
  const log = createLog('info', { process: 'plan', stage: 'dev' }, (line) => lines.push(line));
  const cause = new Error('connection reset');
  log.error(
    { run: 'r1', error: new FiducialError('UNAVAILABLE', 'S3 did not answer', { ids: { key: 'k' }, cause }) },
    'failed',
  );
  expect(lines[0]!.endsWith('\n')).toBe(true);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'error',
    process: 'plan',
    stage: 'dev',
    run: 'r1',
    message: 'failed',
    error: {
      code: 'UNAVAILABLE',
      message: 'S3 did not answer',
      ids: { key: 'k' },
      cause: { message: 'connection reset' },
    },
  });
});

it('writes nothing below its level', () => {
  const lines: string[] = [];
  createLog('warn', {}, (line) => lines.push(line)).info({}, 'chatter');
  expect(lines).toEqual([]);
});
