/** Signed uploads: what a batch's images, its manifest and later truth are sent with. */
import { sha256Schema } from '../../domain/records.ts';
import { requireBatch } from '../batches.ts';
import { builder } from '../builder.ts';
import { parseInput } from '../input.ts';
import { signImages, signManifest, signTruth, type UploadView } from '../uploads.ts';

const FormField = builder.objectRef<readonly [string, string]>('FormField').implement({
  description: 'A field of an upload form.',
  fields: (t) => ({
    name: t.string({ description: 'Of the field.', resolve: ([name]) => name }),
    value: t.string({ description: 'As it is to be sent.', resolve: ([, value]) => value }),
  }),
});

export const UploadPolicyRef = builder.objectRef<UploadView>('UploadPolicy').implement({
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
