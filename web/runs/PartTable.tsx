import type { PartOfFaces } from '../api/operations.generated.ts';
import { count, percent, pixels } from '../ui/formatting.ts';
import { Table } from '../ui/Table.tsx';

export interface PartTableProps {
  readonly label: string;
  /** What the parts are. */
  readonly heading: string;
  readonly parts: readonly (PartOfFaces & { readonly name: string })[];
}

/** Errors over parts of the faces, a row a part. */
export function PartTable({ label, heading, parts }: PartTableProps) {
  if (parts.length === 0) return null;
  return (
    <Table label={label} heads={[heading, 'Faces', 'Missed', 'MAE', 'NME']}>
      {parts.map(({ name, n, missed, maePx, nme }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{count(n)}</td>
          <td>{count(missed)}</td>
          <td>{pixels(maePx)}</td>
          <td>{percent(nme)}</td>
        </tr>
      ))}
    </Table>
  );
}
