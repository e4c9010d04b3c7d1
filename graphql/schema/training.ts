/** Training runs: a recipe, its epochs, its figures, and the model that came of it. */
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import {
  listFigures,
  listTrainings,
  readEpochs,
  readTraining,
  TRAINING_PHASES,
  TRAINING_STATUSES,
  type TrainingView,
} from '../../training/ledger/index.ts';
import { requireProject } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { nodeId, openId, openNodeId } from '../ids.ts';
import { loadVersion } from '../models.ts';
import { connectionOf, forwards, once, pageCost, pageOfIds } from '../pages.ts';
import type { ApiContext } from '../ports.ts';
import { EpochRef, Epochs, FigureRef, PartErrorsRef } from './epoch.ts';
import { ModelVersionRef } from './modelVersion.ts';

const TrainingStatus = builder.enumType('TrainingStatus', {
  description: 'Derived from what is stored, never stored itself.',
  values: Object.fromEntries(
    TRAINING_STATUSES.map((status) => [
      status,
      {
        description: {
          QUEUED: 'No trainer has begun.',
          RUNNING: 'A trainer has begun; where it dies, another goes on.',
          FINISHED: 'Its model is registered.',
          FAILED: '`error` says why.',
          CANCELLED: 'Stopped, and can be resumed.',
        }[status],
      },
    ]),
  ) as Record<(typeof TRAINING_STATUSES)[number], { description: string }>,
});

const TrainingPhase = builder.enumType('TrainingPhase', {
  description: 'What is done for a training run that is QUEUED or RUNNING.',
  values: Object.fromEntries(
    TRAINING_PHASES.map((phase) => [
      phase,
      {
        description: {
          WAITING: 'It waits for a trainer.',
          PREPARING_DATA: 'A trainer has it, and fetches, renders or cuts out its data; its status is QUEUED still.',
          TRAINING: 'Its epochs come.',
        }[phase],
      },
    ]),
  ) as Record<(typeof TRAINING_PHASES)[number], { description: string }>,
});

export const TrainingRef = builder.objectRef<TrainingView>('TrainingRun');
export const Trainings = connectionTypes(TrainingRef, 'TrainingRun');

/** Read once a request. Null where there is none. */
export function loadTraining(context: ApiContext, project: string, training: string): Promise<TrainingView | null> {
  const { stores, now } = context.parts;
  return once(context, `training ${project} ${training}`, () => readTraining(stores, project, training, now()));
}

builder.node(TrainingRef, {
  description: 'A recipe as it is, or was, trained.',
  id: {
    resolve: ({ job }) => nodeId(job.project, job.training),
    description: '`TrainingRun:project:training`',
  },
  loadOne: (id, context) => {
    const { project, parts } = openNodeId(context, 'TrainingRun', id);
    return loadTraining(context, project, parts[0]!);
  },
  fields: (t) => ({
    project: t.string({ description: 'Project that it belongs to.', resolve: ({ job }) => job.project }),
    training: t.string({ description: 'Its id within the project.', resolve: ({ job }) => job.training }),
    status: t.expose('status', { type: TrainingStatus, description: 'Where it stands.' }),
    phase: t.expose('phase', {
      type: TrainingPhase,
      nullable: true,
      description: 'What is done at the moment; null once it has ended or was stopped.',
    }),
    resumable: t.exposeBoolean('resumable', {
      description:
        'Whether resumeTraining goes on with it: it was stopped, or failed for want of space in the store (STORAGE_FULL).',
    }),
    recipe: t.string({ description: 'Name of the recipe.', resolve: ({ job }) => job.recipe }),
    overrides: t.field({
      type: 'JSON',
      description: 'Field -> value, as asked for.',
      resolve: ({ job }) => job.overrides,
    }),
    value: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The recipe as it runs; null while QUEUED.',
      resolve: ({ started }) => started?.recipe ?? null,
    }),
    data: t.stringList({
      description: 'What it is trained on; empty: the synthetic set.',
      resolve: ({ job }) => job.data,
    }),
    backend: t.string({
      nullable: true,
      description: 'The one that runs, or was asked for; null: the best there is.',
      resolve: ({ job, started }) => started?.backend ?? job.backend,
    }),
    codeVersion: t.string({
      nullable: true,
      description: 'Version of Fiducial that trains it.',
      resolve: ({ started }) => started?.codeVersion ?? null,
    }),
    startedBy: t.string({ description: 'Who asked for it.', resolve: ({ job }) => job.startedBy }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was asked for.',
      resolve: ({ job }) => job.createdAt,
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When a trainer began.',
      resolve: ({ started }) => started?.startedAt ?? null,
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended.',
      resolve: ({ done }) => done?.finishedAt ?? null,
    }),
    cancelledAt: t.expose('cancelledAt', { type: 'DateTime', nullable: true, description: 'When it was stopped.' }),
    totalEpochs: t.int({
      nullable: true,
      description: 'It is to have; null while QUEUED.',
      resolve: ({ started }) => started?.epochs ?? null,
    }),
    heldOut: t.field({
      type: builder.enumType('HeldOut', {
        description: 'A part of the data that is not trained on.',
        values: { VAL: { description: 'It chooses.' }, TEST: { description: 'It is looked at at the end.' } } as const,
      }),
      nullable: true,
      description: 'What `Epoch.test` is of: VAL where the split has one. Null while QUEUED.',
      resolve: ({ started }) => started && (started.faces.val > 0 ? 'VAL' : 'TEST'),
    }),
    error: t.field({
      type: builder.objectRef<{ code: string; message: string }>('TrainingError').implement({
        description: 'Why a training run failed.',
        fields: (e) => ({
          code: e.exposeString('code', { description: 'INVALID_DATASET, DIVERGED, PARITY_FAILED, ...' }),
          message: e.exposeString('message', { description: 'In words.' }),
        }),
      }),
      nullable: true,
      description: 'Set where FAILED.',
      resolve: ({ done }) => done?.error ?? null,
    }),
    train: t.field({
      type: PartErrorsRef,
      nullable: true,
      description: 'At the end.',
      resolve: ({ done }) => done?.train ?? null,
    }),
    test: t.field({
      type: PartErrorsRef,
      nullable: true,
      description: 'At the end, always of the test part.',
      resolve: ({ done }) => done?.test ?? null,
    }),
    model: t.field({
      type: ModelVersionRef,
      nullable: true,
      description: 'What came of it. One GET.',
      resolve: ({ done }, _, context) =>
        done?.model ? loadVersion(context, done.model.owner, done.model.name, done.model.version) : null,
    }),
    epochs: t.connection(
      {
        type: EpochRef,
        complexity: pageCost,
        description: 'In order. A LIST, and a GET an epoch.',
        resolve: async ({ job }, args, { parts }) => {
          const { first, after } = forwards(args);
          const from = after === null ? 0 : Number(decodeCursor('epoch', after, /^\d{1,5}$/)[0]);
          const { epochs, hasNextPage } = await readEpochs(parts.stores, job.project, job.training, first, from);
          const page = pageOfIds(epochs, ({ epoch }) => encodeCursor('epoch', String(epoch)), hasNextPage);
          return connectionOf(page, after, (epoch) => epoch);
        },
      },
      ...Epochs,
    ),
    figures: t.field({
      type: [FigureRef],
      description: 'One LIST.',
      resolve: async ({ job: { project, training } }, _, { parts }) =>
        (await listFigures(parts.stores, project, training)).map((name) => ({ project, training, name })),
    }),
  }),
});

builder.queryField('training', (t) =>
  t.field({
    type: TrainingRef,
    scope: 'read',
    nullable: true,
    description: 'A training run by its id; null where there is none.',
    args: { id: t.arg.id({ required: true, description: '`TrainingRun:project:training`' }) },
    resolve: (_, { id }, context) => {
      const { project, parts } = openId(context, 'TrainingRun', id);
      return loadTraining(context, project, parts[0]!);
    },
  }),
);

builder.queryField('trainings', (t) =>
  t.connection(
    {
      type: TrainingRef,
      scope: 'read',
      complexity: pageCost,
      description: 'Training runs, newest first. A LIST, and four GETs a run, five while it is QUEUED.',
      args: { project: t.arg.string({ defaultValue: 'default', description: 'Project.' }) },
      resolve: async (_, { project: named, ...args }, context) => {
        const project = requireProject(context.caller, named ?? 'default');
        const { first, after } = forwards(args);
        const from = after === null ? null : decodeCursor('training', after, /^[a-z0-9._-]+$/)[0];
        const { ids, hasNextPage } = await listTrainings(context.parts.stores, project, first, from);
        const page = pageOfIds(ids, (id) => encodeCursor('training', id), hasNextPage);
        return connectionOf(page, after, (id) => loadTraining(context, project, id));
      },
    },
    ...Trainings,
  ),
);
