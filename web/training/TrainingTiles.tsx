import type { EpochLine, TrainingDetail } from '../api/operations.generated.ts';
import { duration, percent, pixels, significant } from '../ui/formatting.ts';
import { Tile, Tiles } from '../ui/Tile.tsx';
import { heldOutOf, heldOutWord } from './heldOut.ts';

export interface TrainingTilesProps {
  readonly run: TrainingDetail;
  readonly epochs: readonly EpochLine[];
  readonly live: boolean;
}

/** Where it stands: its last epoch; once it has ended, the test part too, where that is not what its epochs are of. */
export function TrainingTiles({ run, epochs, live }: TrainingTilesProps) {
  const { totalEpochs, test } = run;
  const last = epochs.at(-1);
  const part = heldOutOf([run]);
  const held = heldOutWord(part);
  const seconds = epochs.length === 0 ? null : epochs.reduce((sum, one) => sum + one.seconds, 0) / epochs.length;
  const left = seconds === null || totalEpochs === null ? null : seconds * (totalEpochs - epochs.length);
  return (
    <Tiles>
      <Tile label="Epochs" value={`${epochs.length} of ${totalEpochs ?? '–'}`} />
      <Tile label="Train loss" value={significant(last?.train.loss)} />
      <Tile label={`${held} loss`} value={significant(last?.test.loss)} />
      <Tile label={`${held} MAE`} value={pixels(last?.test.maePx)} />
      <Tile label={`${held} NME`} value={percent(last?.test.nme)} />
      {part === 'val' && test && <Tile label="Test MAE" value={pixels(test.maePx)} />}
      {part === 'val' && test && <Tile label="Test NME" value={percent(test.nme)} />}
      {live ? <Tile label="Time left" value={duration(left)} /> : <Tile label="An epoch" value={duration(seconds)} />}
    </Tiles>
  );
}
