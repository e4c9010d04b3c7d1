/** Models: names with versions, one of which is in production. */
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import { listModels, PRODUCTION, readAlias } from '../../training/registry.ts';
import { requireProject } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { nodeId, openNodeId } from '../ids.ts';
import { findModel, loadModel, loadVersion, type ModelView, SHARED, versionsOf } from '../models.ts';
import { connectionOf, forwards, pageCost, pageOfIds } from '../pages.ts';
import { ModelVersionRef } from './modelVersion.ts';
import { pageOfRuns, RunRef, Runs } from './run.ts';

export const ModelRef = builder.objectRef<ModelView>('Model');

builder.node(ModelRef, {
  description: 'A model: a name with versions, one of which is in production.',
  id: { resolve: ({ owner, name }) => nodeId(owner, name), description: '`Model:owner:name`' },
  loadOne: (id, context) => {
    const { project, parts } = openNodeId(context, 'Model', id);
    return loadModel(context, project, parts[0]!);
  },
  fields: (t) => ({
    owner: t.exposeString('owner', { description: 'The project that holds it, or `shared`.' }),
    name: t.exposeString('name', { description: 'As commits name it.' }),
    production: t.field({
      type: ModelVersionRef,
      nullable: true,
      description: 'The version that the name alone means: the promoted one, otherwise the newest.',
      resolve: ({ owner, name }, _, context) => loadVersion(context, owner, name, null),
    }),
    promoted: t.string({
      nullable: true,
      description: 'The version that was promoted; null where none was.',
      resolve: async ({ owner, name }, _, { parts }) =>
        (await readAlias(parts.stores.models, owner, name, PRODUCTION))?.version ?? null,
    }),
    versions: t.connection(
      {
        type: ModelVersionRef,
        complexity: pageCost,
        description: 'Newest first. A LIST of the model, and a GET a version.',
        resolve: async (model, args, context) => {
          const { first, after } = forwards(args);
          const all = await versionsOf(context, model);
          const from = after === null ? 0 : all.indexOf(decodeCursor('version', after, /^[a-z0-9._-]+$/)[0]) + 1;
          const page = all.slice(from, from + first);
          return connectionOf(
            pageOfIds(page, (version) => encodeCursor('version', version), all.length > from + first),
            after,
            (version) => loadVersion(context, model.owner, model.name, version),
          );
        },
      },
      ...connectionTypes(ModelVersionRef, 'ModelVersion'),
    ),
    runs: t.connection(
      {
        type: RunRef,
        complexity: pageCost,
        description: 'Runs of a project that used it, newest first. A LIST, and three GETs a run.',
        args: { project: t.arg.string({ description: "Project; by default the model's own." }) },
        resolve: ({ owner, name }, { project, ...args }, context) => {
          const own = requireProject(context.caller, project ?? (owner === 'shared' ? 'default' : owner));
          return pageOfRuns(context, args, { project: own, model: name });
        },
      },
      ...Runs,
    ),
  }),
});

builder.queryField('models', (t) =>
  t.connection(
    {
      type: ModelRef,
      scope: 'read',
      complexity: pageCost,
      description:
        'Models that the project may use, its own before shared ones of the same name; by name. Three LISTs.',
      args: { project: t.arg.string({ defaultValue: 'default', description: 'Project.' }) },
      resolve: async (_, { project: named, ...args }, context) => {
        const project = requireProject(context.caller, named ?? 'default');
        const { first, after } = forwards(args);
        const { stores, models } = context.parts;
        const [own, names] = await Promise.all([listModels(stores.models, project), models.names(project)]);
        const last = after === null ? '' : decodeCursor('model', after, /^[a-z0-9._-]+$/)[0];
        const rest = [...names]
          .sort()
          .filter((name) => name > last)
          .map((name) => ({ owner: own.includes(name) ? project : SHARED, name }));
        const cursor = ({ name }: ModelView) => encodeCursor('model', name);
        return connectionOf(pageOfIds(rest.slice(0, first), cursor, rest.length > first), after, (model) => model);
      },
    },
    ...connectionTypes(ModelRef, 'Model'),
  ),
);

builder.queryField('model', (t) =>
  t.field({
    type: ModelVersionRef,
    scope: 'read',
    nullable: true,
    description: 'What a commit would get that names this model; null where there is none.',
    args: {
      project: t.arg.string({ defaultValue: 'default', description: 'Project.' }),
      reference: t.arg.string({ required: true, description: 'NAME, NAME@VERSION or NAME@ALIAS.' }),
    },
    resolve: (_, { project: named, reference }, context) =>
      findModel(context, requireProject(context.caller, named ?? 'default'), reference),
  }),
);

builder.objectField(ModelVersionRef, 'model', (t) =>
  t.field({
    type: ModelRef,
    description: 'The model it is a version of.',
    resolve: ({ owner, card }) => ({ owner, name: card.name }),
  }),
);
