import type { MetricsDetail } from '../api/operations.generated.ts';
import { count, percent, pixels } from '../ui/formatting.ts';

/** Errors by group of the manifest, where it names any. */
export function GroupTable({ groups }: { readonly groups: MetricsDetail['groups'] }) {
  if (groups.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard
    <section class="table-box" tabIndex={0} aria-label="Errors by group">
      <table>
        <thead>
          <tr>
            {['Group', 'Faces', 'Missed', 'MAE', 'NME'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ group, n, missed, maePx, nme }) => (
            <tr key={group}>
              <th scope="row">{group}</th>
              <td>{count(n)}</td>
              <td>{count(missed)}</td>
              <td>{pixels(maePx)}</td>
              <td>{percent(nme)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
