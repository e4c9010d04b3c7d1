import { expect, test } from 'vitest';
import { tokenFragment } from '../../../web/api/session.ts';

test('a token in the fragment is taken with its project', () => {
  expect(tokenFragment('#token=abc.d-e_f')).toEqual({ token: 'abc.d-e_f', project: null });
  expect(tokenFragment('#token=abc&project=faces')).toEqual({ token: 'abc', project: 'faces' });
});

test('a place in the fragment is no token', () => {
  expect(tokenFragment('#/runs?token=abc')).toBeNull();
  expect(tokenFragment('')).toBeNull();
  expect(tokenFragment('#token=')).toBeNull();
});
