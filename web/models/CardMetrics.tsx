import type { CardSummary } from '../api/operations.generated.ts';
import { count, interOcular, percent, pixels } from '../ui/formatting.ts';

/** As measured when the model was made. */
export function CardMetrics({ metrics }: { readonly metrics: CardSummary['metrics'] }) {
  if (metrics.length === 0) return <p class="note">Its card names no measurement.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard
    <section class="table-box" tabIndex={0} aria-label="Measurements">
      <table>
        <thead>
          <tr>
            {['Set', 'Faces', 'Missed', 'MAE', 'NME'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </section>
  );
}
