/** What is done to batches: made, committed, deleted. */
import { newestFirstId, uploadKeys } from '../../domain/keys.ts';
import { deleteBatch } from '../../scoring/delete.ts';
import { createJson } from '../../scoring/objects.ts';
import { requireProject } from '../auth/caller.ts';
import { type BatchView, requireBatch } from '../batches.ts';
import { builder } from '../builder.ts';
import { commit } from '../commits.ts';
import { IDEMPOTENCY, pinCall } from '../idempotency.ts';
import { openId } from '../ids.ts';
import { parseInput } from '../input.ts';
import { batchSchema } from '../records.ts';
import { signImages, signManifest, type UploadView } from '../uploads.ts';
import { BatchRef } from './batch.ts';
import { CropRule, RunRef } from './run.ts';
import { UploadPolicyRef } from './upload.ts';

const CreateBatchPayload = builder
  .objectRef<{ batch: BatchView; images: UploadView; manifest: UploadView }>('CreateBatchPayload')
  .implement({
    description: 'A batch to upload to.',
    fields: (t) => ({
      batch: t.expose('batch', { type: BatchRef, description: 'Empty yet.' }),
      images: t.expose('images', { type: UploadPolicyRef, description: 'For images, any tree below `images/`.' }),
      manifest: t.expose('manifest', { type: UploadPolicyRef, description: 'For `images.jsonl`, which is optional.' }),
    }),
  });

const CreateBatchInput = builder.inputType('CreateBatchInput', {
  description: 'A batch to be made.',
  fields: (t) => ({
    project: t.string({ defaultValue: 'default', description: 'Project.' }),
    name: t.string({ description: 'For people; up to 200 characters.' }),
    idempotencyKey: t.string({ description: IDEMPOTENCY }),
  }),
});

builder.mutationField('createBatch', (t) =>
  t.field({
    type: CreateBatchPayload,
    scope: 'write',
    errors: {},
    description: 'Makes a batch and signs its uploads.',
    args: { input: t.arg({ type: CreateBatchInput, required: true, description: 'What to make.' }) },
    resolve: async (_, { input }, context) => {
      const project = requireProject(context.caller, input.project ?? 'default');
      const { at, unique } = await pinCall(context, 'createBatch', project, input);
      const batch = newestFirstId(at, unique);
      const draft = {
        batch,
        project,
        name: input.name ?? batch,
        createdBy: context.caller.id,
        createdAt: at.toISOString(),
      };
      const record = parseInput(batchSchema, draft, 'input');
      await createJson(context.parts.stores.uploads, uploadKeys.batchInfo(project, batch), record);
      const [images, manifest] = await Promise.all([
        signImages(context.parts, project, batch),
        signManifest(context.parts, project, batch),
      ]);
      return { batch: record, images, manifest };
    },
  }),
);

const CommitBatchInput = builder.inputType('CommitBatchInput', {
  description: 'How a batch is to be scored.',
  fields: (t) => ({
    batch: t.id({ required: true, description: '`Batch:project:batch`' }),
    model: t.string({
      required: true,
      description: 'NAME, NAME@VERSION or NAME@ALIAS; `shared/NAME` looks there only.',
    }),
    crop: t.field({ type: CropRule, description: "By default the model card's." }),
    errorThreshold: t.float({ defaultValue: 0, description: 'Share of items that may fail, 0 to 1.' }),
    idempotencyKey: t.string({ description: IDEMPOTENCY }),
  }),
});

export const RunPayload = builder.objectRef<{ run: Awaited<ReturnType<typeof commit>> }>('RunPayload').implement({
  description: 'A run.',
  fields: (t) => ({ run: t.expose('run', { type: RunRef, description: 'As it stands now.' }) }),
});

builder.mutationField('commitBatch', (t) =>
  t.field({
    type: RunPayload,
    scope: 'write',
    errors: {},
    description: 'Starts a run of what is uploaded by now.',
    args: { input: t.arg({ type: CommitBatchInput, required: true, description: 'How to score it.' }) },
    resolve: async (_, { input }, context) => {
      const batch = await requireBatch(context, input.batch);
      const pinned = await pinCall(context, 'commitBatch', batch.project, input);
      const { model, crop = null, errorThreshold } = input;
      return { run: await commit(context.parts, batch, { model, crop, errorThreshold: errorThreshold ?? 0 }, pinned) };
    },
  }),
);

export const DeletePayload = builder.objectRef<{ id: string }>('DeletePayload').implement({
  description: 'What was deleted.',
  fields: (t) => ({ id: t.exposeID('id', { description: 'It is in no list any more; its objects go soon.' }) }),
});

builder.mutationField('deleteBatch', (t) =>
  t.field({
    type: DeletePayload,
    scope: 'admin',
    errors: {},
    description: 'Deletes a batch, its images and all its runs. Repeating it is harmless.',
    args: { id: t.arg.id({ required: true, description: '`Batch:project:batch`' }) },
    resolve: async (_, { id }, context) => {
      const { project, parts } = openId(context, 'Batch', id);
      await deleteBatch(context.parts, project, parts[0]!);
      return { id };
    },
  }),
);
