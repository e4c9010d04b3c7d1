/** The epochs of a training run: those that are there, then each as it comes. */
import { useRef, useState } from 'preact/hooks';
import { useLive } from '../api/live.ts';
import { type EpochLine, type TrainingLine, TrainingProgress } from '../api/operations.generated.ts';

export interface Curve {
  /** In order, from 1. */
  readonly epochs: readonly EpochLine[];
}

/** `onChange` is called where the run's status or phase is another than `run` has. The stream begins with what is known. */
export function useCurve(run: Pick<TrainingLine, 'id' | 'status' | 'phase'>, onChange: () => void): Curve {
  const [epochs, setEpochs] = useState<readonly EpochLine[]>([]);
  const known = useRef<readonly EpochLine[]>([]);
  // Watched again when it is resumed: a stream ends with the run.
  useLive(TrainingProgress, { training: run.id, afterEpoch: 0 }, true, ({ trainingProgress: event }) => {
    const last = known.current.at(-1)?.epoch ?? 0;
    const fresh = event.epochs.filter(({ epoch }) => epoch > last);
    if (fresh.length > 0) {
      known.current = [...known.current, ...fresh];
      setEpochs(known.current);
    }
    const { status, phase } = event.training;
    if (status !== run.status || phase !== run.phase) onChange();
  });
  return { epochs };
}
