/** A run: the scoring of a batch with a model. */

import { FiducialError } from '../../domain/errors.ts';
import { CROP_RULES } from '../../domain/records.ts';
import { listEvaluations } from '../../scoring/read/metrics.ts';
import { readProgress } from '../../scoring/read/progress.ts';
import { listRuns, readRun } from '../../scoring/read/runs.ts';
import { RUN_STATUSES, type RunEntry, type RunProgress, type RunView } from '../../scoring/read/types.ts';
import { requireProject } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { globalId, nodeId, openId, openNodeId } from '../ids.ts';
import { connectionOf, forwards, once, pageCost } from '../pages.ts';
import type { ApiContext } from '../ports.ts';

export const RunStatus = builder.enumType('RunStatus', {
  description: 'Derived from what is stored, never stored itself.',
  values: Object.fromEntries(
    RUN_STATUSES.map((status) => [
      status,
      {
        description: {
          PLANNING: 'Committed; its images are being listed.',
          RUNNING: 'Its images are being scored.',
          DONE: 'Every item has its outcome, and no more failed than the commit allows.',
          FAILED: 'Every item has its outcome, and more failed than the commit allows.',
          REJECTED: 'The commit can not be a run; `rejection` says why.',
          CANCELLED: 'Told to stop before it was done. What was scored stays.',
        }[status],
      },
    ]),
  ) as Record<(typeof RUN_STATUSES)[number], { description: string }>,
});

export const CropRule = builder.enumType('CropRule', {
  description: 'What of an image the network sees.',
  values: Object.fromEntries(
    CROP_RULES.map((rule) => [
      rule.toUpperCase(),
      {
        value: rule,
        description: {
          box: 'The box that the manifest gives.',
          detect: 'Every face that the detector finds.',
          whole: 'The whole image.',
        }[rule],
      },
    ]),
  ) as Record<'BOX' | 'DETECT' | 'WHOLE', { value: (typeof CROP_RULES)[number]; description: string }>,
});

const ErrorCount = builder.objectRef<{ code: string; count: number }>('ErrorCount').implement({
  description: 'Failed items of one reason.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'NOT_AN_IMAGE, TRUNCATED, MISSING, ...' }),
    count: t.exposeInt('count', { description: 'Items.' }),
  }),
});

/** Most first. */
function errorCounts(errors: Readonly<Record<string, number>> = {}) {
  return Object.entries(errors)
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

export const ProgressRef = builder.objectRef<RunProgress>('RunProgress').implement({
  description: 'How far a run is.',
  fields: (t) => ({
    items: t.exposeInt('items', { description: 'Items of the run.' }),
    scored: t.exposeInt('scored', { description: 'Items that have keypoints.' }),
    failed: t.exposeInt('failed', { description: 'Items that have an error.' }),
    errors: t.field({
      type: [ErrorCount],
      description:
        'Failed items by reason, most first: exact as the run goes on, and no further request. They come to less than `failed` only where a release that did not keep reasons scored a part of the run.',
      resolve: ({ errors }) => errorCounts(errors),
    }),
    shards: t.exposeInt('shards', { description: 'Parts that the run is scored in.' }),
    shardsDone: t.exposeInt('shardsDone', { description: 'Parts that are through.' }),
    fraction: t.exposeFloat('fraction', { description: 'Items that have an outcome, from 0 to 1.' }),
    itemsPerSecond: t.exposeFloat('itemsPerSecond', {
      nullable: true,
      description: 'Of late, items a second; null until two shards are done.',
    }),
    secondsLeft: t.exposeFloat('secondsLeft', { nullable: true, description: 'At that rate; null where unknown.' }),
  }),
});

export const Rejection = builder.objectRef<{ code: string; message: string }>('Rejection').implement({
  description: 'Why a commit can not be a run, or a run not be compared with a truth.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'UNKNOWN_MODEL, NO_IMAGES, INVALID_MANIFEST, ...' }),
    message: t.exposeString('message', { description: 'What was expected and what was got.' }),
  }),
});

export const RunRef = builder.objectRef<RunView>('Run');

/** Read once a request. Null where there is none. */
export function loadRun(context: ApiContext, project: string, run: string): Promise<RunView | null> {
  return once(context, `run ${project} ${run}`, () => readRun(context.parts.stores, project, run));
}

/** Of an id argument; NOT_FOUND. */
export async function requireRun(context: ApiContext, id: string): Promise<RunView> {
  const { project, parts } = openId(context, 'Run', id);
  const view = await loadRun(context, project, parts[0]!);
  if (view) return view;
  throw new FiducialError('NOT_FOUND', `Expected a run, got "${id}", which does not exist or was deleted`);
}

builder.node(RunRef, {
  description: 'The scoring of a batch with a model: one commit.',
  id: { resolve: ({ project, run }) => nodeId(project, run), description: '`Run:project:run`' },
  loadOne: (id, context) => {
    const { project, parts } = openNodeId(context, 'Run', id);
    return loadRun(context, project, parts[0]!);
  },
  fields: (t) => ({
    project: t.exposeString('project', { description: 'Project that it belongs to.' }),
    run: t.exposeString('run', { description: 'Its id within the project.' }),
    status: t.expose('status', { type: RunStatus, description: 'Where it stands.' }),
    committedAt: t.expose('committedAt', { type: 'DateTime', description: 'When it was committed.' }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last item had its outcome.',
      resolve: ({ done }) => done?.finishedAt ?? null,
    }),
    cancelledAt: t.expose('cancelledAt', { type: 'DateTime', nullable: true, description: 'When it was cancelled.' }),
    rejection: t.expose('rejection', { type: Rejection, nullable: true, description: 'Set where REJECTED.' }),
    items: t.int({
      nullable: true,
      description: 'Images, or lines of the manifest; null while it is being planned.',
      resolve: ({ record }) => record?.items ?? null,
    }),
    scored: t.int({
      nullable: true,
      description: 'Items with keypoints; null until it is done (see progress).',
      resolve: ({ done }) => done?.scored ?? null,
    }),
    failed: t.int({
      nullable: true,
      description: 'Items with an error; null until it is done.',
      resolve: ({ done }) => done?.failed ?? null,
    }),
    errors: t.field({
      type: [ErrorCount],
      description: 'Failed items by reason, most first; empty until it is done (see progress).',
      resolve: ({ done }) => errorCounts(done?.errors),
    }),
    errorThreshold: t.float({
      nullable: true,
      description: 'Share of items that may fail, from 0 to 1.',
      resolve: ({ record }) => record?.errorThreshold ?? null,
    }),
    crop: t.field({
      type: CropRule,
      nullable: true,
      description: 'What of each image the network saw; null while it is being planned.',
      resolve: ({ record }) => record?.crop ?? null,
    }),
    codeVersion: t.string({
      nullable: true,
      description: 'Version of Fiducial that planned it.',
      resolve: ({ record }) => record?.codeVersion ?? null,
    }),
    truth: t.string({
      nullable: true,
      description: 'Digest of the ground truth that came with the batch; null where none did.',
      resolve: ({ record }) => record?.truth ?? null,
    }),
    evaluations: t.stringList({
      description: 'Digests of every ground truth it is compared with. One LIST.',
      resolve: ({ project, run, record, status }, _, { parts }) =>
        listEvaluations(parts.stores, project, run, status === 'RUNNING' ? (record?.truth ?? null) : null),
    }),
    retryOf: t.field({
      type: RunRef,
      nullable: true,
      description: 'The run whose scored items were copied.',
      resolve: ({ project, record }, _, context) =>
        record?.retryOf ? loadRun(context, project, record.retryOf) : null,
    }),
    progress: t.field({
      type: ProgressRef,
      nullable: true,
      description: 'One LIST a thousand shards; null while it is being planned.',
      resolve: ({ record }, _, { parts }) => (record ? readProgress(parts.stores, record) : null),
    }),
  }),
});

export const Runs = connectionTypes(RunRef, 'Run');

builder.queryField('run', (t) =>
  t.field({
    type: RunRef,
    scope: 'read',
    nullable: true,
    description: 'A run by its id; null where there is none.',
    args: { id: t.arg.id({ required: true, description: '`Run:project:run`' }) },
    resolve: (_, { id }, context) => {
      const { project, parts } = openId(context, 'Run', id);
      return loadRun(context, project, parts[0]!);
    },
  }),
);

export async function pageOfRuns(
  context: ApiContext,
  args: Parameters<typeof forwards>[0],
  request: { project: string; batch?: string | null; model?: string | null },
) {
  const { first, after } = forwards(args);
  const page = await listRuns(context.parts.stores, { ...request, first, after });
  return connectionOf(page, after, ({ project, run }: RunEntry) => loadRun(context, project, run));
}

builder.queryField('runs', (t) =>
  t.connection(
    {
      type: RunRef,
      scope: 'read',
      complexity: pageCost,
      description: 'Runs, newest first; of a batch, or of a model, where one is named. A LIST, and three GETs a run.',
      args: {
        project: t.arg.string({ defaultValue: 'default', description: 'Project, where neither batch nor model says.' }),
        batch: t.arg.id({ description: '`Batch:project:batch`' }),
        model: t.arg.id({ description: '`Model:project:name`; runs of `project` with any version of it.' }),
      },
      resolve: (_, { project, batch, model, ...page }, context) => {
        if (batch && model) throw new FiducialError('INVALID_INPUT', 'Expected `batch` or `model`, got both');
        if (batch) {
          const id = openId(context, 'Batch', batch);
          return pageOfRuns(context, page, { project: id.project, batch: id.parts[0]! });
        }
        const own = requireProject(context.caller, project ?? 'default');
        const name = model ? openId(context, 'Model', model).parts[0]! : null;
        return pageOfRuns(context, page, { project: own, model: name });
      },
    },
    ...Runs,
  ),
);

export function runGlobalId({ project, run }: Pick<RunView, 'project' | 'run'>): string {
  return globalId('Run', project, run);
}
