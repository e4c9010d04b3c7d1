import type { HeldOut } from '../../training/figures/specs/index.ts';
import type { TrainingLine } from '../api/operations.generated.ts';
import { linkTo } from '../app/location.ts';
import { percent, pixels, significant } from '../ui/formatting.ts';
import { Table } from '../ui/Table.tsx';
import type { Curves } from './curves.ts';
import { heldOutWord } from './heldOut.ts';
import { type Overrides, shortNames } from './overrides.ts';
import { TrainingStatus } from './TrainingStatus.tsx';

export interface SweepRow {
  readonly overrides: unknown;
  readonly training: TrainingLine | null;
}

export interface SweepTableProps {
  readonly rows: readonly SweepRow[];
  /** Of the grid. */
  readonly fields: readonly string[];
  readonly curves: Curves;
  /** Null: not known yet, or not the same for all. */
  readonly heldOut: HeldOut | null;
}

/** A row a setting, as it goes on; the lowest held-out loss of its last epoch is marked. */
export function SweepTable({ rows, fields, curves, heldOut }: SweepTableProps) {
  const lastOf = ({ training }: SweepRow) => (training ? curves.get(training.id)?.at(-1) : undefined);
  const best = Math.min(...rows.map((row) => lastOf(row)?.heldOut ?? Number.POSITIVE_INFINITY));
  const names = [...shortNames(fields), 'Status', 'Epochs', `${heldOutWord(heldOut)} loss`, 'Test MAE', 'Test NME'];
  return (
    <Table label="Settings and what came of them" heads={names}>
      {rows.map((row) => (
        <Setting key={JSON.stringify(row.overrides)} row={row} fields={fields} last={lastOf(row)} best={best} />
      ))}
    </Table>
  );
}

interface SettingProps {
  readonly row: SweepRow;
  readonly fields: readonly string[];
  readonly last: { readonly epoch: number; readonly heldOut: number } | undefined;
  readonly best: number;
}

function Setting({ row: { overrides, training }, fields, last, best }: SettingProps) {
  const lowest = last?.heldOut === best;
  return (
    <tr class={lowest ? 'best' : undefined}>
      {fields.map((field) => (
        <td key={field}>{JSON.stringify((overrides as Overrides)[field])}</td>
      ))}
      <td>
        {training ? (
          <a href={linkTo(['training', training.id])}>
            <TrainingStatus run={training} />
          </a>
        ) : (
          'not queued yet'
        )}
      </td>
      <td>{last ? `${last.epoch} of ${training?.totalEpochs ?? '–'}` : '–'}</td>
      <td>
        {significant(last?.heldOut)}
        {lowest && ' (lowest)'}
      </td>
      <td>{pixels(training?.test?.maePx)}</td>
      <td>{percent(training?.test?.nme)}</td>
    </tr>
  );
}
