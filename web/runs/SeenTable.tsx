import type { MetricsDetail } from '../api/operations.generated.ts';
import { PartTable } from './PartTable.tsx';

/** Errors on images that the model was trained on beside those on others: only the latter say how good it is. */
export function SeenTable({ metrics: { seen, unseen } }: { readonly metrics: Pick<MetricsDetail, 'seen' | 'unseen'> }) {
  if (!seen || seen.n === 0) return null;
  return (
    <PartTable
      label="Errors by whether the model has seen the image in training"
      heading="Images"
      parts={[{ name: 'seen by the model in training', ...seen }, ...(unseen ? [{ name: 'not seen', ...unseen }] : [])]}
    />
  );
}
