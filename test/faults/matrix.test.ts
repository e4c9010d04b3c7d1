/** Every position of every history, every kind of fault: what is left is what an undisturbed history leaves, to the byte. */
import { describe, expect, test } from 'vitest';
import { FiducialError } from '../../domain/errors.ts';
import { Faults, throttled } from '../storage/faults/faults.ts';
import { HISTORIES, live } from './histories.ts';

const full = () => new FiducialError('STORAGE_FULL', 'An injected fault: no space is left');
const timedOut = () => new Error('socket hang up');

/** Kinds whose positions test/scoring/faults.test.ts does not go through, or not for these histories. */
const KINDS: Readonly<Record<string, (position: number) => Faults>> = {
  'fails before its effect': (position) => new Faults().failAt(position, 'before'),
  'fails after its effect: the answer is lost': (position) => new Faults().failAt(position, 'after', timedOut),
  'finds the disk full': (position) => new Faults().failAt(position, 'before', full),
  'is the last of its process, and the next process fails three calls later': (position) => {
    const faults = new Faults();
    let died = false;
    return faults.killAt(position, 'after', () => {
      if (died) return;
      died = true;
      // By then the fault that killed has been cleared.
      setImmediate(() => faults.failAt(faults.calls.length + 3, 'before', timedOut));
    });
  },
};

/** Deletions leave tombstones and the marker of a batch's; everything else of what they delete is gone. */
const remains = (ledger: Record<string, string>) =>
  Object.fromEntries(Object.entries(ledger).map(([key, body]) => [key, key.includes('/plans/') ? '' : body]));

describe.each(Object.entries(HISTORIES))('a run that is %s', (_, history) => {
  test.each(Object.entries(KINDS))(
    'comes out the same where any one call %s',
    { timeout: 120_000 },
    async (__, kind) => {
      const counting = new Faults();
      const expected = remains(await live(history, counting));
      expect(counting.calls.length).toBeGreaterThan(10);
      for (let position = 0; position < counting.calls.length; position++) {
        const call = counting.calls[position]!;
        const left = remains(await live(history, kind(position)));
        expect(left, `call ${position}: ${call.target}.${call.method} ${call.subject}`).toEqual(expected);
      }
    },
  );
});

test('thirty histories with several faults each, of mixed kinds, come out the same', { timeout: 120_000 }, async () => {
  const history = Object.values(HISTORIES)[0]!;
  const expected = remains(await live(history, new Faults()));
  for (let seed = 1; seed <= 30; seed++) {
    let state = seed;
    const faults = new Faults().add((call, moment) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      if (call.position < 100 && (state >> 8) % 50 === 0) throw moment === 'before' ? throttled() : timedOut();
    });
    expect(remains(await live(history, faults)), `seed ${seed}`).toEqual(expected);
  }
});
