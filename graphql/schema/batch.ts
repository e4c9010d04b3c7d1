/** A batch: a folder of images that is uploaded, committed, and scored by runs. */
import { uploadKeys } from '../../domain/keys.ts';
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import type { ObjectInfo } from '../../storage/ports.ts';
import { requireProject } from '../auth/caller.ts';
import { type BatchView, loadBatch } from '../batches.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { nodeId, openId, openNodeId } from '../ids.ts';
import { connectionOf, forwards, pageCost, pageOfIds } from '../pages.ts';
import { pageOfRuns, RunRef, Runs } from './run.ts';

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
