import type { MetricsDetail } from '../api/operations.generated.ts';
import { PartTable } from './PartTable.tsx';

/** Errors by group of the manifest, where it names any. */
export function GroupTable({ groups }: { readonly groups: MetricsDetail['groups'] }) {
  return (
    <PartTable
      label="Errors by group"
      heading="Group"
      parts={groups.map(({ group, ...part }) => ({ name: group, ...part }))}
    />
  );
}
