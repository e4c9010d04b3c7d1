import { count, signed, things } from '../ui/formatting.ts';
import type { Comparison } from './ChangedMost.tsx';

/** The mean difference with its interval, in words; below zero is better. */
export function Difference({ comparison }: { readonly comparison: Comparison }) {
  const { difference, measure, pairs, better, worse, newlyMissed, newlyFound, complete } = comparison;
  const nme = measure === 'NME';
  const show = (value: number) => signed(nme ? value * 100 : value);
  return (
    <p>
      {difference ? (
        <>
          <strong>
            {nme ? 'NME' : 'MAE'} {show(difference.mean)} {nme ? 'percentage points' : 'px'}
          </strong>{' '}
          (95 % interval {show(difference.low)} to {show(difference.high)}; {verdict(difference)}).
        </>
      ) : (
        'No face was answered by both.'
      )}{' '}
      Of {things(pairs, 'face')} {count(better)} got better and {count(worse)} worse; {count(newlyMissed)} newly missed,{' '}
      {count(newlyFound)} newly found.
      {!complete && ' These are a sample of the faces, spread evenly over the runs.'}
    </p>
  );
}

function verdict({ low, high }: NonNullable<Comparison['difference']>): string {
  if (high < 0) return 'better';
  return low > 0 ? 'worse' : 'no clear difference';
}
