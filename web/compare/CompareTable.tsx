import { linkTo } from '../app/location.ts';
import { count, interOcular, percent, pixels } from '../ui/formatting.ts';
import type { ComparedRun } from './useCompared.ts';

const COLUMNS = ['Run', 'Images', 'Failed', 'Faces', 'Missed', 'MAE', 'NME', 'AUC to 8 %', 'Failure rate'];

export function CompareTable({ runs }: { readonly runs: readonly ComparedRun[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard
    <section class="table-box" tabIndex={0} aria-label="Metrics of the runs">
      <table>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </section>
  );
}
