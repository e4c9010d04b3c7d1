import { linkTo } from '../app/location.ts';
import { count, interOcular, percent, pixels } from '../ui/formatting.ts';
import { Table } from '../ui/Table.tsx';
import type { ComparedRun } from './useCompared.ts';

const COLUMNS = ['Run', 'Images', 'Failed', 'Faces', 'Missed', 'MAE', 'NME', 'AUC to 8 %', 'Failure rate'];

export function CompareTable({ runs }: { readonly runs: readonly ComparedRun[] }) {
  return (
    <Table label="Metrics of the runs" heads={COLUMNS}>
      {runs.map(({ run, metrics, label }) => (
        <tr key={run.id}>
          <th scope="row">
            <a href={linkTo(['runs', run.id])}>{label}</a>
          </th>
          <td>{count(run.items)}</td>
          <td>{count(run.failed)}</td>
          <td>{count(metrics?.n)}</td>
          <td>{count(metrics?.missed)}</td>
          <td>{pixels(metrics?.maePx)}</td>
          <td>{percent(metrics ? interOcular(metrics.nme) : null)}</td>
          <td>{metrics?.aucAt8?.toFixed(3) ?? '–'}</td>
          <td>{percent(metrics?.failureRateAt10)}</td>
        </tr>
      ))}
    </Table>
  );
}
