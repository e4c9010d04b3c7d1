import { expect, test } from 'vitest';
import { heldOutOf, heldOutWord } from '../../../web/training/heldOut.ts';

test.each<[heldOut: ('VAL' | 'TEST' | null)[], word: string]>([
  [['VAL', 'VAL', null], 'Val'],
  [['TEST'], 'Test'],
  [[null], 'Held-out'],
  [[], 'Held-out'],
  [['VAL', 'TEST'], 'Held-out'],
])('the held-out errors of runs of %j are called %s', (parts, word) => {
  expect(heldOutWord(heldOutOf(parts.map((heldOut) => ({ heldOut }))))).toBe(word);
});
