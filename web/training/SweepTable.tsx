import type { TrainingLine } from '../api/operations.generated.ts';
import { linkTo } from '../app/location.ts';
import { percent, pixels, significant } from '../ui/formatting.ts';
import { Status } from '../ui/Status.tsx';
import type { Overrides } from './overrides.ts';

export interface SweepRow {
  readonly overrides: unknown;
  readonly training: TrainingLine | null;
}

export interface SweepTableProps {
  readonly rows: readonly SweepRow[];
  /** Of the grid. */
  readonly fields: readonly string[];
}

/** A row a setting, the lowest test loss marked. */
export function SweepTable({ rows, fields }: SweepTableProps) {
  const losses = rows.flatMap(({ training }) => (training?.test ? [training.test.loss] : []));
  const best = Math.min(...losses);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard
    <section class="table-box" tabIndex={0} aria-label="Settings and what came of them">
      <table>
        <thead>
          <tr>
            {[...fields, 'Status', 'Test loss', 'Test MAE', 'Test NME'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ overrides, training }) => (
            <tr key={JSON.stringify(overrides)} class={training?.test?.loss === best ? 'best' : undefined}>
              {fields.map((field) => (
                <td key={field}>{JSON.stringify((overrides as Overrides)[field])}</td>
              ))}
              <td>
                {training ? (
                  <a href={linkTo(['training', training.id])}>
                    <Status status={training.status} />
                  </a>
                ) : (
                  'not queued yet'
                )}
              </td>
              <td>
                {significant(training?.test?.loss)}
                {training?.test?.loss === best && ' (lowest)'}
              </td>
              <td>{pixels(training?.test?.maePx)}</td>
              <td>{percent(training?.test?.nme)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
