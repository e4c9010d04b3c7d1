import type { CardSummary } from '../api/operations.generated.ts';
import { count, interOcular, percent, pixels } from '../ui/formatting.ts';
import { Table } from '../ui/Table.tsx';

/** As measured when the model was made. */
export function CardMetrics({ metrics }: { readonly metrics: CardSummary['metrics'] }) {
  if (metrics.length === 0) return <p class="note">Its card names no measurement.</p>;
  return (
    <Table label="Measurements" heads={['Set', 'Faces', 'Missed', 'MAE', 'NME']}>
      {metrics.map(({ set, n, missed, maePx, nme, note }) => (
        <tr key={set}>
          <th scope="row">
            {set} {note && <span class="note">{note}</span>}
          </th>
          <td>{count(n)}</td>
          <td>{count(missed)}</td>
          <td>{pixels(maePx)}</td>
          <td>{percent(interOcular(nme))}</td>
        </tr>
      ))}
    </Table>
  );
}
