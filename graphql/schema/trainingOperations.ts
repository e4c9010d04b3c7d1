/** What is done to training runs: started, stopped, gone on with. */
import { z } from 'zod';
import { FiducialError } from '../../domain/errors.ts';
import { slugSchema } from '../../domain/records.ts';
import {
  cancelTraining,
  enqueueTraining,
  readTraining,
  resumeTraining,
  type TrainingView,
  trainingJobSchema,
} from '../../training/ledger/index.ts';
import { requireProject } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { IDEMPOTENCY, pinCall } from '../idempotency.ts';
import { openId } from '../ids.ts';
import { parseInput } from '../input.ts';
import type { ApiContext } from '../ports.ts';
import { TrainingRef } from './training.ts';

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
function parseFields(value: unknown, name: string): Record<string, unknown> {
  return parseInput(z.record(z.string().min(1).max(200), z.json()), value ?? {}, name);
}

async function reread(context: ApiContext, project: string, training: string): Promise<{ training: TrainingView }> {
  const view = await readTraining(context.parts.stores, project, training, context.parts.now());
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
    description: 'Goes on with a training run that is resumable, from its last checkpoint. Repeating it is harmless.',
    args: { id: t.arg.id({ required: true, description: '`TrainingRun:project:training`' }) },
    resolve: async (_, { id }, context) => {
      const { project, parts } = openId(context, 'TrainingRun', id);
      await resumeTraining(context.parts, project, parts[0]!);
      return reread(context, project, parts[0]!);
    },
  }),
);
