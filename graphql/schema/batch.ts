/** A batch: a folder of images that is uploaded, committed, and scored by runs. */
import { newestFirstId, uploadKeys } from '../../domain/keys.ts';
import { sha256Schema } from '../../domain/records.ts';
import { deleteBatch } from '../../scoring/delete.ts';
import { createJson } from '../../scoring/objects.ts';
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import type { ObjectInfo } from '../../storage/ports.ts';
import { requireProject } from '../auth/caller.ts';
import { type BatchView, loadBatch, requireBatch } from '../batches.ts';
import { builder } from '../builder.ts';
import { commit } from '../commits.ts';
import { connectionTypes } from '../connections.ts';
import { pinCall } from '../idempotency.ts';
import { nodeId, openId, openNodeId } from '../ids.ts';
import { parseInput } from '../input.ts';
import { connectionOf, forwards, pageCost, pageOfIds } from '../pages.ts';
import { batchSchema } from '../records.ts';
import { signImages, signManifest, signTruth, type UploadView } from '../uploads.ts';
import { CropRule, pageOfRuns, RunRef, Runs } from './run.ts';

export const BatchRef = builder.objectRef<BatchView>('Batch');

const ImageRef = builder.objectRef<ObjectInfo & { batch: BatchView; path: string }>('BatchImage').implement({
  description: 'An uploaded object of a batch.',
  fields: (t) => ({
    key: t.exposeString('path', { description: 'Its path below the batch.' }),
    bytes: t.exposeFloat('bytes', { description: 'Size, bytes.' }),
    uploadedAt: t.field({ type: 'DateTime', description: 'When.', resolve: (one) => one.modifiedAt.toISOString() }),
    url: t.string({
      description: 'Gives the image, for minutes.',
      resolve: ({ key }, _, { parts }) => parts.stores.uploads.signDownload(key, parts.settings.downloadSeconds),
    }),
  }),
});

const BatchImages = connectionTypes(ImageRef, 'BatchImage');

builder.node(BatchRef, {
  description: 'A folder of images that is uploaded, committed, and scored by runs.',
  id: { resolve: ({ project, batch }) => nodeId(project, batch), description: '`Batch:project:batch`' },
  loadOne: (id, context) => {
    const { project, parts } = openNodeId(context, 'Batch', id);
    return loadBatch(context, project, parts[0]!);
  },
  fields: (t) => ({
    project: t.exposeString('project', { description: 'Project that it belongs to.' }),
    batch: t.exposeString('batch', { description: 'Its id within the project.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    createdBy: t.exposeString('createdBy', {
      nullable: true,
      description: 'Who; null where it was not made by the API.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When.' }),
    runs: t.connection(
      {
        type: RunRef,
        complexity: pageCost,
        description: 'Its runs, newest first. A LIST, and three GETs a run.',
        resolve: ({ project, batch }, args, context) => pageOfRuns(context, args, { project, batch }),
      },
      ...Runs,
    ),
    images: t.connection(
      {
        type: ImageRef,
        complexity: pageCost,
        description: 'What is uploaded, by name. One LIST.',
        resolve: async (batch, args, { parts }) => {
          const { first, after } = forwards(args);
          const prefix = uploadKeys.images(batch.project, batch.batch);
          const from = after === null ? {} : { after: prefix + decodeCursor('image', after, /^.+$/s)[0] };
          const { objects } = await parts.stores.uploads.list({ prefix, limit: first + 1, ...from });
          const images = objects.map((one) => ({ ...one, batch, path: one.key.slice(prefix.length) }));
          const page = pageOfIds(
            images.slice(0, first),
            ({ path }) => encodeCursor('image', path),
            images.length > first,
          );
          return connectionOf(page, after, (node) => node);
        },
      },
      ...BatchImages,
    ),
  }),
});

builder.objectField(RunRef, 'batch', (t) =>
  t.field({
    type: BatchRef,
    nullable: true,
    description: 'What it scores; null once the batch is deleted.',
    resolve: ({ project, batch }, _, context) => loadBatch(context, project, batch),
  }),
);

builder.queryField('batch', (t) =>
  t.field({
    type: BatchRef,
    scope: 'read',
    nullable: true,
    description: 'A batch by its id; null where there is none.',
    args: { id: t.arg.id({ required: true, description: '`Batch:project:batch`' }) },
    resolve: (_, { id }, context) => {
      const { project, parts } = openId(context, 'Batch', id);
      return loadBatch(context, project, parts[0]!);
    },
  }),
);

builder.queryField('batches', (t) =>
  t.connection(
    {
      type: BatchRef,
      scope: 'read',
      complexity: pageCost,
      description: 'Batches, newest first. A LIST, and three requests a batch.',
      args: { project: t.arg.string({ defaultValue: 'default', description: 'Project.' }) },
      resolve: async (_, { project: named, ...args }, context) => {
        const project = requireProject(context.caller, named ?? 'default');
        const { first, after } = forwards(args);
        const prefix = uploadKeys.batches(project);
        const place = after === null ? null : decodeCursor('batch', after, /^[a-z0-9._-]+$/)[0];
        // Folded prefixes go on after everything below the last one.
        const from = place === null ? {} : { after: `${prefix}${place}/\u{10FFFF}` };
        const listing = await context.parts.stores.uploads.list({ prefix, delimiter: '/', limit: first + 1, ...from });
        const ids = listing.prefixes.map((one) => one.slice(prefix.length, -1));
        const page = pageOfIds(ids.slice(0, first), (id) => encodeCursor('batch', id), ids.length > first);
        return connectionOf(page, after, (id) => loadBatch(context, project, id));
      },
    },
    ...connectionTypes(BatchRef, 'Batch'),
  ),
);

const FormField = builder.objectRef<readonly [string, string]>('FormField').implement({
  description: 'A field of an upload form.',
  fields: (t) => ({
    name: t.string({ description: 'Of the field.', resolve: ([name]) => name }),
    value: t.string({ description: 'As it is to be sent.', resolve: ([, value]) => value }),
  }),
});

const UploadPolicyRef = builder.objectRef<UploadView>('UploadPolicy').implement({
  description: 'A signed form: POST it as multipart/form-data, these fields first, then `key`, and `file` last.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Where to POST.' }),
    fields: t.field({
      type: [FormField],
      description: 'To be sent as they are.',
      resolve: ({ fields }) => Object.entries(fields),
    }),
    keyPrefix: t.exposeString('keyPrefix', { description: '`key` has to begin with this.' }),
    key: t.exposeString('key', { nullable: true, description: 'The only `key`, where there is one.' }),
    minBytes: t.exposeFloat('minBytes', { description: 'Of the file.' }),
    maxBytes: t.exposeFloat('maxBytes', { description: 'Of the file.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Ask for a new one by renewUpload.',
      resolve: ({ expiresAt }) => expiresAt.toISOString(),
    }),
  }),
});

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

export const IDEMPOTENCY =
  'Repeating the call with the same key and arguments does nothing twice and answers the same.';

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

const UploadKind = builder.enumType('UploadKind', {
  description: 'What is to be uploaded.',
  values: {
    IMAGES: { description: 'Images, any tree below `images/`.' },
    MANIFEST: { description: '`images.jsonl`.' },
    TRUTH: { description: 'Ground truth that comes later, in the form of `images.jsonl`.' },
  },
});

const RenewUploadInput = builder.inputType('RenewUploadInput', {
  description: 'An upload to be signed.',
  fields: (t) => ({
    batch: t.id({ required: true, description: '`Batch:project:batch`' }),
    what: t.field({ type: UploadKind, defaultValue: 'IMAGES', description: 'What is to be uploaded.' }),
    truth: t.string({ description: 'sha256 of the file, where `what` is TRUTH.' }),
  }),
});

const RenewUploadPayload = builder.objectRef<{ upload: UploadView }>('RenewUploadPayload').implement({
  description: 'A signed upload.',
  fields: (t) => ({ upload: t.expose('upload', { type: UploadPolicyRef, description: 'The form.' }) }),
});

builder.mutationField('renewUpload', (t) =>
  t.field({
    type: RenewUploadPayload,
    scope: 'write',
    errors: {},
    description: 'Signs uploads to a batch that is there. Changes nothing.',
    args: { input: t.arg({ type: RenewUploadInput, required: true, description: 'What to sign.' }) },
    resolve: async (_, { input }, context) => {
      const { project, batch } = await requireBatch(context, input.batch);
      if (input.what === 'MANIFEST') return { upload: await signManifest(context.parts, project, batch) };
      if (input.what !== 'TRUTH') return { upload: await signImages(context.parts, project, batch) };
      const digest = input.truth ? parseInput(sha256Schema, input.truth, 'input.truth') : null;
      return { upload: await signTruth(context.parts, project, batch, digest) };
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
