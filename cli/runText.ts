/** A run as scripts get it and as people read it. */
import type { ApiRun } from './api.ts';
import { metricsTable } from './metricsText.ts';
import { table } from './output.ts';

export type Failures = readonly { readonly code: string; readonly count: number }[];

/** By reason, most first; exact while it runs too. */
export function failuresOf({ errors, progress }: Pick<ApiRun, 'errors' | 'progress'>): Failures {
  return errors.length > 0 ? errors : (progress?.errors ?? []);
}

/** `3 failed: 2 NOT_AN_IMAGE, 1 TRUNCATED`; empty where none did. */
export function failuresLine(failed: number, failures: Failures): string {
  if (failed === 0) return '';
  const reasons = failures.map(({ code, count }) => `${count} ${code}`).join(', ');
  return `${failed} failed${reasons && `: ${reasons}`}`;
}

/** The shape of `score --json`. */
export function runJson(run: ApiRun) {
  const { items, scored, failed, progress, metrics, model } = run;
  const seconds = run.finishedAt === null ? null : (Date.parse(run.finishedAt) - Date.parse(run.committedAt)) / 1000;
  return {
    run: run.id,
    status: run.status,
    model: model && `${model.name}@${model.version}`,
    images: items ?? 0,
    scored: scored ?? progress?.scored ?? 0,
    failed: failed ?? progress?.failed ?? 0,
    errors: Object.fromEntries(failuresOf(run).map(({ code, count }) => [code, count])),
    imagesPerSecond: seconds && items ? items / seconds : (progress?.itemsPerSecond ?? null),
    metrics,
  };
}

export function runText(run: ApiRun): string {
  const { images, scored, failed, imagesPerSecond } = runJson(run);
  return [
    table([
      ['run', run.run],
      ['status', run.status + (run.rejection ? `: ${run.rejection.code}: ${run.rejection.message}` : '')],
      ['model', run.model ? `${run.model.name}@${run.model.version}` : '-'],
      ['committed', run.committedAt],
      [
        'images',
        `${images}, ${scored} scored, ${failed} failed${imagesPerSecond ? `, ${imagesPerSecond.toFixed(0)} a second` : ''}`,
      ],
      ...failuresOf(run).map(({ code, count }) => ['failed', `${count}: ${code}`]),
      ...(run.status === 'RUNNING' && run.progress?.secondsLeft != null
        ? [['time left', `${run.progress.secondsLeft.toFixed(0)} s`]]
        : []),
    ]),
    ...(run.metrics ? [metricsTable(run.metrics)] : []),
    ...(run.model?.licenceNote.includes('research') ? [run.model.licenceNote] : []),
  ].join('\n');
}
