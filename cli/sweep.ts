/** `fiducial sweep`: a recipe trained once for each setting of a grid, and what came of them side by side. */
import { join, resolve } from 'node:path';
import { FiducialError, isFiducialError } from '../domain/errors.ts';
import type { Sample } from '../training/data/sample.ts';
import { gridOf, type Overrides, parseAssignment, parseGrid, recipeNamed } from '../training/recipes/index.ts';
import { sameFaces, twoOf } from '../training/report/sameFaces.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit.ts';
import { table } from './output.ts';
import { ROW_PICTURE, type SweepRow, writeSweepFigures } from './sweepFigures.ts';
import { px, type TrainedOnce, type TrainFlags, trainOnce } from './trainOnce.ts';

/** One setting of a sweep, in the order of the grid. */
interface SettingTried {
  readonly label: string;
  readonly overrides: Overrides;
  /** Null where it diverged. */
  readonly trained: TrainedOnce | null;
  /** Why it diverged. */
  readonly message: string;
}

export async function sweep(recipe: string, flags: TrainFlags, context: CliContext): Promise<void> {
  const grid =
    flags.grid.length > 0 ? Object.fromEntries(flags.grid.map(parseGrid)) : (recipeNamed(recipe).sweep ?? null);
  if (!grid)
    throw new FiducialError('INVALID_INPUT', `Expected --grid KEY=A,B,C: the recipe ${recipe} has no sweep of its own`);
  const fixed = Object.fromEntries(flags.set.map(parseAssignment));
  const { figures: sweepFolder, ...rest } = flags;
  const tried: SettingTried[] = [];
  const rows: SweepRow[] = [];
  let shown: Sample[] | null = null;
  for (const overrides of gridOf(grid)) {
    const label = Object.entries(overrides)
      .map(([key, value]) => `${key.split('.').at(-1)} ${String(value)}`)
      .join(', ');
    context.output.note(`sweep ${tried.length + 1}: ${label}`);
    const setting = await trySetting(label, overrides, () =>
      trainOnce(recipe, { ...fixed, ...overrides }, rest, context),
    );
    const { trained, message } = setting;
    tried.push(setting);
    if (message) context.output.note(message);
    if (trained) shown ??= twoOf(trained.tested);
    const { signal } = context;
    const pictures = trained && shown ? await sameFaces(trained.model, shown, { side: ROW_PICTURE, signal }) : [];
    rows.push({ label, epochs: trained?.epochs ?? [], pictures, diverged: !trained });
  }
  const finished = tried.flatMap(({ trained, ...setting }) => (trained ? [{ ...setting, trained }] : []));
  const diverged = tried.filter(({ trained }) => !trained);
  const first = finished[0];
  if (!first) throw new FiducialError('DIVERGED', `Every setting diverged; the first: ${diverged[0]!.message}`);
  const folder =
    sweepFolder ??
    join(resolve(flags.dataFolder ?? context.config.dataFolder), 'figures', `sweep-${first.trained.json.run}`);
  const figures = await writeSweepFigures(folder, rows, first.trained.heldOut);
  const best = [...finished].sort((a, b) => a.trained.json.test.loss - b.trained.json.test.loss);
  context.output.result(
    {
      recipe,
      runs: finished.map(({ overrides, trained }) => ({ overrides, ...trained.json })),
      diverged: diverged.map(({ overrides, message }) => ({ overrides, message })),
      figures,
    },
    table([
      ['setting', 'test loss', 'test MAE'],
      ...best.map(({ label, trained: { json } }) => [label, json.test.loss.toExponential(2), px(json.test.maePx)]),
      ...diverged.map(({ label }) => [label, 'diverged', '-']),
    ]),
  );
  context.exitWith(EXIT.ok);
}

/** A setting that does not converge is a result of the sweep, not its end. */
async function trySetting(
  label: string,
  overrides: Overrides,
  train: () => Promise<TrainedOnce>,
): Promise<SettingTried> {
  try {
    return { label, overrides, trained: await train(), message: '' };
  } catch (error) {
    if (!isFiducialError(error, 'DIVERGED')) throw error;
    return { label, overrides, trained: null, message: error.message };
  }
}
