/** Training runs: a recipe, its epochs, its figures, and the model that came of it. */
import { z } from 'zod';
import { FiducialError } from '../../domain/errors.ts';
import { modelKeys } from '../../domain/keys.ts';
import { slugSchema } from '../../domain/records.ts';
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import {
  cancelTraining,
  enqueueTraining,
  listFigures,
  listTrainings,
  type PartErrors,
  readEpochs,
  readTraining,
  resumeTraining,
  TRAINING_STATUSES,
  type TrainingEpoch,
  type TrainingView,
  trainingJobSchema,
} from '../../training/ledger/index.ts';
import { RECIPES } from '../../training/recipes/index.ts';
import { type Recipe, recipeSchema } from '../../training/recipes/schema.ts';
import { requireProject } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { pinCall } from '../idempotency.ts';
import { nodeId, openId, openNodeId } from '../ids.ts';
import { parseInput } from '../input.ts';
import { connectionOf, forwards, once, pageCost, pageOfIds } from '../pages.ts';
import type { ApiContext } from '../ports.ts';
import { IDEMPOTENCY } from './batch.ts';
import { loadVersion, ModelVersionRef } from './model.ts';

const RecipeRef = builder.objectRef<Recipe>('Recipe').implement({
  description: 'A value that says everything about a training run.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As `startTraining` names it.' }),
    description: t.exposeString('description', { description: 'In words for people.' }),
    value: t.field({
      type: 'JSON',
      description: 'All its fields; each can be overridden.',
      resolve: (recipe) => recipe,
    }),
    schema: t.field({
      type: 'JSON',
      description: 'What each field may be, as JSON Schema.',
      resolve: () => z.toJSONSchema(recipeSchema, { io: 'input', unrepresentable: 'any' }),
    }),
  }),
});

builder.queryField('recipes', (t) =>
  t.field({
    type: [RecipeRef],
    scope: 'read',
    description: 'The recipes that ship.',
    resolve: () => Object.values(RECIPES),
  }),
);

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

const PartErrorsRef = builder.objectRef<PartErrors>('PartErrors').implement({
  description: 'How well the network does on a part of the data.',
  fields: (t) => ({
    loss: t.exposeFloat('loss', { description: "The recipe's loss." }),
    maePx: t.exposeFloat('maePx', { nullable: true, description: 'Mean absolute error, pixels of the images.' }),
    nme: t.exposeFloat('nme', { nullable: true, description: 'By the inter-ocular distance, a fraction.' }),
  }),
});

export const EpochRef = builder.objectRef<TrainingEpoch>('Epoch').implement({
  description: 'One pass over the training data.',
  fields: (t) => ({
    epoch: t.exposeInt('epoch', { description: 'From 1.' }),
    train: t.expose('train', { type: PartErrorsRef, description: 'On what it is trained on.' }),
    test: t.expose('test', { type: PartErrorsRef, description: 'On what it is not.' }),
    learningRate: t.float({
      nullable: true,
      description: 'At its end.',
      resolve: ({ learningRate }) => learningRate ?? null,
    }),
    seconds: t.exposeFloat('seconds', { description: 'It took.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it ended.' }),
  }),
});

const FigureRef = builder.objectRef<{ project: string; training: string; name: string }>('Figure').implement({
  description: 'A picture or table of a training run.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'loss.svg, good.png, kernels.png, ...' }),
    url: t.string({
      description: 'Gives it, for minutes.',
      resolve: ({ project, training, name }, _, { parts }) => {
        const key = `${modelKeys.trainingFigures(project, training)}${name}`;
        return parts.stores.models.signDownload(key, parts.settings.downloadSeconds);
      },
    }),
  }),
});

export const TrainingRef = builder.objectRef<TrainingView>('TrainingRun');
export const Trainings = connectionTypes(TrainingRef, 'TrainingRun');
const Epochs = connectionTypes(EpochRef, 'Epoch');

/** Read once a request. Null where there is none. */
export function loadTraining(context: ApiContext, project: string, training: string): Promise<TrainingView | null> {
  return once(context, `training ${project} ${training}`, () => readTraining(context.parts.stores, project, training));
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
      description: 'At the end.',
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
      description: 'Training runs, newest first. A LIST, and four GETs a run.',
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

const StartTrainingInput = builder.inputType('StartTrainingInput', {
  description: 'What to train.',
  fields: (t) => ({
    project: t.string({ defaultValue: 'default', description: 'Project.' }),
    recipe: t.string({ required: true, description: 'Name of a recipe.' }),
    overrides: t.field({ type: 'JSON', description: '{"optimiser.learningRate": 0.001, ...}' }),
    data: t.stringList({
      description: 'Folders that the trainer can read, or NAME@VERSION; by default synthetic faces.',
    }),
    backend: t.string({ description: 'By default the best there is.' }),
    model: t.string({ description: "Name of the model that is registered; by default the recipe's." }),
    idempotencyKey: t.string({ description: IDEMPOTENCY }),
  }),
});

export const TrainingPayload = builder.objectRef<{ training: TrainingView }>('TrainingPayload').implement({
  description: 'A training run.',
  fields: (t) => ({ training: t.expose('training', { type: TrainingRef, description: 'As it stands now.' }) }),
});

/** `--set` and `--grid` in JSON. */
export function parseFields(value: unknown, name: string): Record<string, unknown> {
  return parseInput(z.record(z.string().min(1).max(200), z.json()), value ?? {}, name);
}

async function reread(context: ApiContext, project: string, training: string): Promise<{ training: TrainingView }> {
  const view = await readTraining(context.parts.stores, project, training);
  if (!view) throw new FiducialError('NOT_FOUND', `Expected a training run, got "${training}", which does not exist`);
  return { training: view };
}

builder.mutationField('startTraining', (t) =>
  t.field({
    type: TrainingPayload,
    scope: 'write',
    errors: {},
    description: 'Queues a training run.',
    args: { input: t.arg({ type: StartTrainingInput, required: true, description: 'What to train.' }) },
    resolve: async (_, { input }, context) => {
      const project = requireProject(context.caller, input.project ?? 'default');
      const { at, unique } = await pinCall(context, 'startTraining', project, input);
      const job = await enqueueTraining(
        { ...context.parts, now: () => at },
        {
          project,
          recipe: input.recipe,
          overrides: parseFields(input.overrides, 'input.overrides'),
          data: parseInput(trainingJobSchema.shape.data, input.data ?? [], 'input.data'),
          backend: input.backend ?? null,
          model: input.model ? parseInput(slugSchema, input.model, 'input.model') : null,
          startedBy: context.caller.id,
          unique,
        },
      );
      return reread(context, project, job.training);
    },
  }),
);

builder.mutationField('cancelTraining', (t) =>
  t.field({
    type: TrainingPayload,
    scope: 'write',
    errors: {},
    description: 'Stops a training run; its checkpoint stays. Repeating it is harmless.',
    args: { id: t.arg.id({ required: true, description: '`TrainingRun:project:training`' }) },
    resolve: async (_, { id }, context) => {
      const { project, parts } = openId(context, 'TrainingRun', id);
      await cancelTraining(context.parts, project, parts[0]!);
      return reread(context, project, parts[0]!);
    },
  }),
);

builder.mutationField('resumeTraining', (t) =>
  t.field({
    type: TrainingPayload,
    scope: 'write',
    errors: {},
    description: 'Goes on with a training run that was stopped, from its last checkpoint. Repeating it is harmless.',
    args: { id: t.arg.id({ required: true, description: '`TrainingRun:project:training`' }) },
    resolve: async (_, { id }, context) => {
      const { project, parts } = openId(context, 'TrainingRun', id);
      await resumeTraining(context.parts, project, parts[0]!);
      return reread(context, project, parts[0]!);
    },
  }),
);
