import type { TrainingLine } from '../api/operations.generated.ts';
import { Status } from '../ui/Status.tsx';

/** Where a training run stands; while it is queued, whether a trainer is at its data already. */
export function TrainingStatus({ run: { status, phase } }: { readonly run: Pick<TrainingLine, 'status' | 'phase'> }) {
  return <Status status={status} doing={phase === 'PREPARING_DATA' ? 'preparing data' : null} />;
}
