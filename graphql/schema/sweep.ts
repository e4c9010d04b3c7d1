/** Sweeps: a training run for each combination of a grid. */
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import { enqueueSweep, listSweeps, readSweep, type Sweep, trainingJobSchema } from '../../training/ledger/index.ts';
import { requireProject } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { IDEMPOTENCY, pinCall } from '../idempotency.ts';
import { nodeId, openId, openNodeId } from '../ids.ts';
import { parseInput } from '../input.ts';
import { connectionOf, forwards, once, pageCost, pageOfIds } from '../pages.ts';
import type { ApiContext } from '../ports.ts';
import { loadTraining, TrainingRef } from './training.ts';

const SweepTrainingRef = builder
  .objectRef<{ project: string; training: string; overrides: Readonly<Record<string, unknown>> }>('SweepTraining')
  .implement({
    description: 'One combination of a sweep.',
    fields: (t) => ({
      overrides: t.field({ type: 'JSON', description: 'Field -> value.', resolve: ({ overrides }) => overrides }),
      training: t.field({
        type: TrainingRef,
        nullable: true,
        description: 'Null until it is queued. Four GETs.',
        resolve: ({ project, training }, _, context) => loadTraining(context, project, training),
      }),
    }),
  });

const SweepRef = builder.objectRef<Sweep>('Sweep');

function loadSweep(context: ApiContext, project: string, sweep: string): Promise<Sweep | null> {
  return once(context, `sweep ${project} ${sweep}`, () => readSweep(context.parts.stores, project, sweep));
}

builder.node(SweepRef, {
  description: 'A training run for each combination of a grid over a recipe.',
  id: { resolve: ({ project, sweep }) => nodeId(project, sweep), description: '`Sweep:project:sweep`' },
  loadOne: (id, context) => {
    const { project, parts } = openNodeId(context, 'Sweep', id);
    return loadSweep(context, project, parts[0]!);
  },
  fields: (t) => ({
    project: t.exposeString('project', { description: 'Project that it belongs to.' }),
    sweep: t.exposeString('sweep', { description: 'Its id within the project.' }),
    recipe: t.exposeString('recipe', { description: 'Name of the recipe.' }),
    grid: t.field({ type: 'JSON', description: 'Field -> the values tried.', resolve: ({ grid }) => grid }),
    startedBy: t.exposeString('startedBy', { description: 'Who asked for it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
    trainings: t.field({
      type: [SweepTrainingRef],
      description: 'In the order of the grid, the last field fastest; at most 64.',
      complexity: { field: 1, multiplier: 64 },
      resolve: ({ project, trainings }) => trainings.map((one) => ({ ...one, project })),
    }),
  }),
});

builder.queryField('sweep', (t) =>
  t.field({
    type: SweepRef,
    scope: 'read',
    nullable: true,
    description: 'A sweep by its id; null where there is none.',
    args: { id: t.arg.id({ required: true, description: '`Sweep:project:sweep`' }) },
    resolve: (_, { id }, context) => {
      const { project, parts } = openId(context, 'Sweep', id);
      return loadSweep(context, project, parts[0]!);
    },
  }),
);

builder.queryField('sweeps', (t) =>
  t.connection(
    {
      type: SweepRef,
      scope: 'read',
      complexity: pageCost,
      description: 'Sweeps, newest first. A LIST, and a GET a sweep.',
      args: { project: t.arg.string({ defaultValue: 'default', description: 'Project.' }) },
      resolve: async (_, { project: named, ...args }, context) => {
        const project = requireProject(context.caller, named ?? 'default');
        const { first, after } = forwards(args);
        const from = after === null ? null : decodeCursor('sweep', after, /^[a-z0-9._-]+$/)[0];
        const { ids, hasNextPage } = await listSweeps(context.parts.stores, project, first, from);
        const page = pageOfIds(ids, (id) => encodeCursor('sweep', id), hasNextPage);
        return connectionOf(page, after, (id) => loadSweep(context, project, id));
      },
    },
    ...connectionTypes(SweepRef, 'Sweep'),
  ),
);

const StartSweepInput = builder.inputType('StartSweepInput', {
  description: 'What to try.',
  fields: (t) => ({
    project: t.string({ defaultValue: 'default', description: 'Project.' }),
    recipe: t.string({ required: true, description: 'Name of a recipe.' }),
    grid: t.field({ type: 'JSON', required: true, description: '{"architecture.kernel": [3, 5, 7], ...}' }),
    data: t.stringList({ description: 'As for startTraining.' }),
    backend: t.string({ description: 'By default the best there is.' }),
    idempotencyKey: t.string({ description: IDEMPOTENCY }),
  }),
});

const SweepPayload = builder.objectRef<{ sweep: Sweep }>('SweepPayload').implement({
  description: 'A sweep.',
  fields: (t) => ({ sweep: t.expose('sweep', { type: SweepRef, description: 'As it was started.' }) }),
});

const gridSchema = z
  .record(z.string().min(1).max(200), z.array(z.json()).min(1).max(64))
  .refine((grid) => Object.keys(grid).length > 0, 'expected at least one field');

builder.mutationField('startSweep', (t) =>
  t.field({
    type: SweepPayload,
    scope: 'write',
    errors: {},
    description: 'Queues a training run for each combination of a grid; at most 64.',
    args: { input: t.arg({ type: StartSweepInput, required: true, description: 'What to try.' }) },
    resolve: async (_, { input }, context) => {
      const project = requireProject(context.caller, input.project ?? 'default');
      const { at, unique } = await pinCall(context, 'startSweep', project, input);
      const sweep = await enqueueSweep(
        { ...context.parts, now: () => at },
        {
          project,
          recipe: input.recipe,
          grid: parseInput(gridSchema, input.grid, 'input.grid'),
          data: parseInput(trainingJobSchema.shape.data, input.data ?? [], 'input.data'),
          backend: input.backend ?? null,
          startedBy: context.caller.id,
          unique,
        },
      );
      return { sweep };
    },
  }),
);
