/** What can be done to a run: stop it, score again what failed or all of it, compare it with new truth, delete it. */
import { FiducialError } from '../../domain/errors.ts';
import { sha256Schema } from '../../domain/records.ts';
import { cancelRun } from '../../scoring/cancel.ts';
import { deleteRun } from '../../scoring/delete.ts';
import { readRun } from '../../scoring/read/runs.ts';
import type { RunView } from '../../scoring/read/types.ts';
import { builder } from '../builder.ts';
import { commit } from '../commits.ts';
import { IDEMPOTENCY, pinCall } from '../idempotency.ts';
import { openId } from '../ids.ts';
import { parseInput } from '../input.ts';
import { addGroundTruth } from '../truth.ts';
import { DeletePayload, RunPayload } from './batchOperations.ts';
import { CropRule, requireRun } from './run.ts';

builder.mutationField('cancelRun', (t) =>
  t.field({
    type: RunPayload,
    scope: 'write',
    errors: {},
    description: 'Shards that are not being scored are not scored; what is scored stays. Repeating it is harmless.',
    args: { id: t.arg.id({ required: true, description: '`Run:project:run`' }) },
    resolve: async (_, { id }, context) => {
      const { project, parts } = openId(context, 'Run', id);
      await cancelRun(context.parts, project, parts[0]!);
      const run = await readRun(context.parts.stores, project, parts[0]!);
      if (run) return { run };
      throw new FiducialError('NOT_FOUND', `Expected a run, got "${id}", which was deleted`);
    },
  }),
);

/** The version that was pinned, as a commit names it. */
function referenceOf({ record }: RunView): string {
  const { owner, name, version } = record!.model;
  return `${owner === 'shared' ? 'shared/' : ''}${name}@${version}`;
}

function requirePlanned(view: RunView): NonNullable<RunView['record']> {
  if (view.record) return view.record;
  const message = `Expected a run that was planned, got one that is ${view.status}; commit the batch instead`;
  throw new FiducialError('PRECONDITION_FAILED', message, { ids: { run: view.run } });
}

const RedriveRunInput = builder.inputType('RedriveRunInput', {
  description: 'A run whose failed items are to be scored again.',
  fields: (t) => ({
    run: t.id({ required: true, description: '`Run:project:run`; done, failed or cancelled.' }),
    idempotencyKey: t.string({ description: IDEMPOTENCY }),
  }),
});

builder.mutationField('redriveRun', (t) =>
  t.field({
    type: RunPayload,
    scope: 'write',
    errors: {},
    description: 'A new run of the same batch: what was scored is copied, what failed is scored again.',
    args: { input: t.arg({ type: RedriveRunInput, required: true, description: 'Which.' }) },
    resolve: async (_, { input }, context) => {
      const view = await requireRun(context, input.run);
      const { crop, errorThreshold } = requirePlanned(view);
      if (view.status === 'RUNNING' || view.done?.failed === 0) {
        const got = view.done ? 'one without' : 'one that is still RUNNING';
        throw new FiducialError('PRECONDITION_FAILED', `Expected an ended run with failed items, got ${got}`);
      }
      const pinned = await pinCall(context, 'redriveRun', view.project, input);
      const request = { model: referenceOf(view), crop, errorThreshold, retryOf: view.run };
      return { run: await commit(context.parts, view, request, pinned) };
    },
  }),
);

const RerunInput = builder.inputType('RerunInput', {
  description: 'What is to be different; the rest is as it was.',
  fields: (t) => ({
    run: t.id({ required: true, description: '`Run:project:run`' }),
    model: t.string({ description: 'NAME, NAME@VERSION or NAME@ALIAS.' }),
    crop: t.field({ type: CropRule, description: "By default the run's, or the card's where another model is named." }),
    errorThreshold: t.float({ description: 'Share of items that may fail, 0 to 1.' }),
    idempotencyKey: t.string({ description: IDEMPOTENCY }),
  }),
});

builder.mutationField('rerun', (t) =>
  t.field({
    type: RunPayload,
    scope: 'write',
    errors: {},
    description: 'Scores the same batch anew, with another model or settings.',
    args: { input: t.arg({ type: RerunInput, required: true, description: 'How.' }) },
    resolve: async (_, { input }, context) => {
      const view = await requireRun(context, input.run);
      const record = requirePlanned(view);
      const pinned = await pinCall(context, 'rerun', view.project, input);
      const request = {
        model: input.model ?? referenceOf(view),
        crop: input.crop ?? (input.model ? null : record.crop),
        errorThreshold: input.errorThreshold ?? record.errorThreshold,
      };
      return { run: await commit(context.parts, view, request, pinned) };
    },
  }),
);

const AddGroundTruthInput = builder.inputType('AddGroundTruthInput', {
  description: 'Ground truth for a finished run.',
  fields: (t) => ({
    run: t.id({ required: true, description: '`Run:project:run`' }),
    truth: t.string({ required: true, description: 'sha256 of the file that was uploaded (renewUpload, TRUTH).' }),
  }),
});

builder.mutationField('addGroundTruth', (t) =>
  t.field({
    type: RunPayload,
    scope: 'write',
    errors: {},
    description:
      'Compares a finished run with truth that came later, without scoring again: see Run.metrics(truth:). Repeating it is harmless.',
    args: { input: t.arg({ type: AddGroundTruthInput, required: true, description: 'Which truth, for which run.' }) },
    resolve: async (_, { input }, context) => {
      const run = await requireRun(context, input.run);
      await addGroundTruth(context.parts, run, parseInput(sha256Schema, input.truth, 'input.truth'));
      return { run };
    },
  }),
);

builder.mutationField('deleteRun', (t) =>
  t.field({
    type: DeletePayload,
    scope: 'admin',
    errors: {},
    description: 'Deletes a run, its predictions and metrics; the batch stays. Repeating it is harmless.',
    args: { id: t.arg.id({ required: true, description: '`Run:project:run`' }) },
    resolve: async (_, { id }, context) => {
      const { project, parts } = openId(context, 'Run', id);
      await deleteRun(context.parts, project, parts[0]!);
      return { id };
    },
  }),
);
