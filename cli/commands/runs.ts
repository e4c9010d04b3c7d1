/** `fiducial runs | run ID | predictions ID | metrics ID` on a running stack. */
import { type Command, Option } from 'commander';
import { FiducialError, ITEM_ERROR_CODES } from '../../domain/errors.ts';
import { type Comparison, openApi } from '../api.ts';
import type { CliContext } from '../context.ts';
import { type ApiFlags, addApiOptions, endpointOf } from '../endpoint.ts';
import { metricsTable } from '../metricsText.ts';
import { table } from '../output.ts';
import { wholeNumber } from '../parse.ts';
import { runJson, runText } from '../runText.ts';

export function addRunCommands(program: Command, context: CliContext): void {
  const { output, signal } = context;
  const api = async (flags: ApiFlags) => openApi(await endpointOf(flags, context));
  addApiOptions(
    program.command('runs').description('runs, newest first').option('--first <n>', 'so many', wholeNumber, 20),
  ).action(async (flags: ApiFlags & { first: number }) => {
    const runs = await (await api(flags)).runs(flags.first);
    const rows = runs.map(({ run, status, committedAt, model, items, failed, metrics }) => [
      run,
      status,
      committedAt,
      model ? `${model.name}@${model.version}` : '-',
      items ?? 0,
      failed ?? 0,
      metrics?.maePx == null ? '-' : `${metrics.maePx.toFixed(2)} px`,
    ]);
    output.result({ runs }, table([['run', 'status', 'committed', 'model', 'images', 'failed', 'MAE'], ...rows]));
  });
  addApiOptions(
    program
      .command('compare')
      .description('how much each face got better or worse against the first run')
      .argument('<id...>'),
  ).action(async (ids: string[], flags: ApiFlags) => {
    if (ids.length < 2 || ids.length > 8)
      throw new FiducialError('INVALID_INPUT', `Expected two to eight runs, got ${ids.length}`);
    const comparisons = await (await api(flags)).compare(ids);
    output.result({ comparisons }, comparisons.map(comparisonText).join('\n\n'));
  });
  addApiOptions(program.command('run').description('where a run stands').argument('<id>')).action(
    async (id: string, flags: ApiFlags) => {
      const run = await (await api(flags)).run(id, signal);
      output.result(runJson(run), runText(run));
    },
  );
  addApiOptions(
    program.command('metrics').description("a run's errors, overall and by keypoint").argument('<id>'),
  ).action(async (id: string, flags: ApiFlags) => {
    const run = await (await api(flags)).run(id, signal);
    if (!run.metrics)
      throw new FiducialError(
        'NOT_FOUND',
        `Expected metrics of run ${run.run}, it has none: it is ${run.status}, or no ground truth came with its batch`,
      );
    const rows = run.metrics.perKeypoint.map(({ index, name, maePx, nme }) => [
      index,
      name,
      `${maePx.toFixed(2)} px`,
      nme === null ? '-' : `${(nme * 100).toFixed(2)} %`,
    ]);
    output.result(run.metrics, `${metricsTable(run.metrics)}\n\n${table([['point', 'name', 'MAE', 'NME'], ...rows])}`);
  });
  addApiOptions(
    program
      .command('predictions')
      .description('predictions of a run in plan order, a JSON line an item')
      .argument('<id>')
      .addOption(new Option('--outcome <outcome>', 'only these').choices(['scored', 'failed']))
      .addOption(
        new Option('--code <code>', 'only what failed for this reason').choices(Object.keys(ITEM_ERROR_CODES)),
      ),
  ).action(async (id: string, flags: ApiFlags & { outcome?: string; code?: string }) => {
    const filter = { outcome: flags.outcome?.toUpperCase() ?? null, code: flags.code ?? null };
    for await (const prediction of (await api(flags)).predictions(id, filter, signal))
      process.stdout.write(`${JSON.stringify(prediction)}\n`);
  });
}

function comparisonText({
  run,
  measure,
  pairs,
  difference,
  better,
  worse,
  newlyMissed,
  newlyFound,
  worsened,
}: Comparison): string {
  const unit = (value: number) => (measure === 'NME' ? `${(value * 100).toFixed(3)} %` : `${value.toFixed(3)} px`);
  return table([
    ['run', run.id],
    ['faces in both', String(pairs)],
    [
      'difference',
      difference ? `${unit(difference.mean)} (95 %: ${unit(difference.low)} to ${unit(difference.high)})` : '-',
    ],
    ['better, worse', `${better}, ${worse}`],
    ['newly missed, found', `${newlyMissed}, ${newlyFound}`],
    ...worsened.slice(0, 3).map(({ key, difference: by }) => ['worse', `${key} by ${unit(by)}`]),
  ]);
}
