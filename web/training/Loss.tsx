import { lossCurves } from '../../training/figures/specs/index.ts';
import type { EpochLine, TrainingDetail } from '../api/operations.generated.ts';
import { Plot } from '../plots/Plot.tsx';
import { significant } from '../ui/formatting.ts';
import { Section } from '../ui/Page.tsx';
import { heldOutOf } from './heldOut.ts';

export interface LossProps {
  readonly run: TrainingDetail;
  readonly epochs: readonly EpochLine[];
}

/** Loss of train and of val or test, by epoch; what they are, where they are not the same. */
export function Loss({ run, epochs }: LossProps) {
  const last = epochs.at(-1);
  if (!last) return null;
  const heldOut = heldOutOf([run]) ?? 'test';
  const points = epochs.map(({ epoch, train, test }) => ({ epoch, train: train.loss, heldOut: test.loss }));
  const loss = (run.value as { loss?: { name?: string } } | null)?.loss?.name;
  return (
    <Section title="Loss">
      <Plot
        label={`Loss by epoch; the last: train ${significant(last.train.loss)}, ${heldOut} ${significant(last.test.loss)}`}
        from={[epochs, heldOut]}
        height={300}
        spec={(options) => lossCurves(points, { ...options, heldOut })}
      />
      {loss !== undefined && loss !== 'mse' && (
        <p class="note">
          Train: {loss}; {heldOut}: mean squared error, in crop units.
        </p>
      )}
    </Section>
  );
}
