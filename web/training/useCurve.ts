/** The epochs of a training run: those that are there, then each as it comes. */
import { useRef, useState } from 'preact/hooks';
import { useLive } from '../api/live.ts';
import { type EpochLine, TrainingProgress } from '../api/operations.generated.ts';

export interface Curve {
  /** In order, from 1. */
  readonly epochs: readonly EpochLine[];
}

/** `onStatus` is told of every event's status. The stream begins with what is known already. */
export function useCurve(training: string, status: string, onStatus: (status: string) => void): Curve {
  const [epochs, setEpochs] = useState<readonly EpochLine[]>([]);
  const known = useRef<readonly EpochLine[]>([]);
  // Watched again when it is resumed: a stream ends with the run.
  useLive(TrainingProgress, { training, afterEpoch: 0 }, true, ({ trainingProgress: event }) => {
    const last = known.current.at(-1)?.epoch ?? 0;
    const fresh = event.epochs.filter(({ epoch }) => epoch > last);
    if (fresh.length > 0) {
      known.current = [...known.current, ...fresh];
      setEpochs(known.current);
    }
    if (event.training.status !== status) onStatus(event.training.status);
  });
  return { epochs };
}
