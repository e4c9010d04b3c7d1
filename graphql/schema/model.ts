/** Models: packages of an ONNX file and its card, with versions and aliases. */
import { FiducialError, isFiducialError } from '../../domain/errors.ts';
import { CROP_KERNELS, type ModelCard } from '../../domain/modelCard.ts';
import { slugSchema } from '../../domain/records.ts';
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import { listModels, listVersions, PRODUCTION, readAlias, setAlias } from '../../training/registry.ts';
import { requireProject } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { nodeId, openId, openNodeId } from '../ids.ts';
import { parseInput } from '../input.ts';
import { connectionOf, forwards, once, pageCost, pageOfIds } from '../pages.ts';
import type { ApiContext } from '../ports.ts';
import { NmeRef, nmeList } from './prediction.ts';
import { CropRule, pageOfRuns, RunRef, Runs } from './run.ts';

interface ModelView {
  readonly owner: string;
  readonly name: string;
}
interface VersionView {
  readonly owner: string;
  readonly card: ModelCard;
}

const SHARED = 'shared';

export const ModelRef = builder.objectRef<ModelView>('Model');
export const ModelVersionRef = builder.objectRef<VersionView>('ModelVersion');

/** Read once a request. Null where there is none. */
export function loadVersion(
  context: ApiContext,
  owner: string,
  name: string,
  version: string | null,
): Promise<VersionView | null> {
  const place = owner === SHARED ? `${SHARED}/${name}` : name;
  return once(context, `card ${owner} ${name} ${version}`, async () => {
    const found = await findModel(context, owner, version === null ? place : `${place}@${version}`);
    return found?.owner === owner ? found : null;
  });
}

async function findModel({ parts }: ApiContext, project: string, reference: string): Promise<VersionView | null> {
  try {
    return await parts.models.find(project, reference);
  } catch (error) {
    if (isFiducialError(error, 'UNKNOWN_MODEL')) return null;
    throw error;
  }
}

/** Newest first: those in the store, and the one that ships. */
function versionsOf(context: ApiContext, { owner, name }: ModelView): Promise<string[]> {
  return once(context, `versions ${owner} ${name}`, async () => {
    const stored = (await listVersions(context.parts.stores.models, owner, name)).map(({ version }) => version);
    const meant = (await loadVersion(context, owner, name, null))?.card.version;
    return meant === undefined || stored.includes(meant) ? stored : [...stored, meant];
  });
}

async function loadModel(context: ApiContext, owner: string, name: string): Promise<ModelView | null> {
  const versions = await versionsOf(context, { owner, name });
  return versions.length === 0 ? null : { owner, name };
}

const CropKernel = builder.enumType('CropKernel', {
  description: 'Interpolation of the crop.',
  values: Object.fromEntries(CROP_KERNELS.map((kernel) => [kernel.toUpperCase(), { value: kernel }])) as Record<
    string,
    { value: (typeof CROP_KERNELS)[number] }
  >,
});

const ModelInputRef = builder.objectRef<ModelCard['input']>('ModelInput').implement({
  description: 'What the network sees.',
  fields: (t) => ({
    width: t.exposeInt('width', { description: 'Pixels.' }),
    height: t.exposeInt('height', { description: 'Pixels.' }),
    channels: t.exposeInt('channels', { description: '1 is grey (BT.601), 3 is sRGB.' }),
    margin: t.exposeFloat('margin', { description: 'Side of the crop over the longer side of the box.' }),
    kernel: t.expose('kernel', { type: CropKernel, description: 'Interpolation.' }),
    fit: t.exposeString('fit', { description: '`stretch`: each axis on its own; `pad`: aspect kept.' }),
  }),
});

const ModelDataRef = builder.objectRef<ModelCard['data'][number]>('ModelData').implement({
  description: 'A data set that a model was trained on.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the data set.' }),
    images: t.exposeInt('images', { description: 'Images of it that were used.' }),
    licence: t.exposeString('licence', { description: 'In words for people.' }),
    digest: t.string({ nullable: true, description: 'Of its images.', resolve: ({ digest }) => digest ?? null }),
  }),
});

const NamedMetricsRef = builder.objectRef<ModelCard['metrics'][number]>('ModelMetrics').implement({
  description: 'How well a model did on a named set.',
  fields: (t) => ({
    set: t.exposeString('set', { description: 'The set, and which part of it.' }),
    n: t.exposeInt('n', { description: 'Faces compared.' }),
    missed: t.exposeInt('missed', { description: 'Faces that nothing answered.' }),
    maePx: t.exposeFloat('maePx', { nullable: true, description: 'Mean absolute error, pixels.' }),
    nme: t.field({ type: [NmeRef], description: 'By normaliser, fractions.', resolve: ({ nme }) => nmeList(nme) }),
    note: t.string({ nullable: true, description: 'What to know about it.', resolve: ({ note }) => note ?? null }),
  }),
});

builder.node(ModelVersionRef, {
  description: 'A model package: an ONNX file and this card. Never changes.',
  id: {
    resolve: ({ owner, card }) => nodeId(owner, card.name, card.version),
    description: '`ModelVersion:owner:name:version`',
  },
  loadOne: (id, context) => {
    const { project, parts } = openNodeId(context, 'ModelVersion', id);
    return loadVersion(context, project, parts[0]!, parts[1]!);
  },
  fields: (t) => ({
    model: t.field({
      type: ModelRef,
      description: 'The model it is a version of.',
      resolve: ({ owner, card }) => ({ owner, name: card.name }),
    }),
    name: t.string({ description: 'Of the model.', resolve: ({ card }) => card.name }),
    version: t.string({ description: 'Its version.', resolve: ({ card }) => card.version }),
    sha256: t.string({ description: 'Of the ONNX file.', resolve: ({ card }) => card.sha256 }),
    bytes: t.float({ description: 'Of the ONNX file.', resolve: ({ card }) => card.bytes }),
    description: t.string({ description: 'In words for people.', resolve: ({ card }) => card.description }),
    layout: t.string({ description: 'Keypoint layout.', resolve: ({ card }) => card.layout }),
    points: t.int({ description: 'Keypoints.', resolve: ({ card }) => card.points }),
    input: t.field({ type: ModelInputRef, description: 'What the network sees.', resolve: ({ card }) => card.input }),
    crop: t.field({ type: CropRule, description: 'Where a commit names none.', resolve: ({ card }) => card.crop }),
    precision: t.string({ description: 'float32 or int8.', resolve: ({ card }) => card.precision }),
    recipe: t.string({ nullable: true, description: 'That trained it.', resolve: ({ card }) => card.recipe }),
    trainingRun: t.string({
      nullable: true,
      description: 'Id of the training run, as the card says; null for imports.',
      resolve: ({ card }) => card.trainingRun,
    }),
    data: t.field({ type: [ModelDataRef], description: 'What it was trained on.', resolve: ({ card }) => card.data }),
    licenceNote: t.string({ description: 'What to heed when using it.', resolve: ({ card }) => card.licenceNote }),
    pretraining: t.string({
      nullable: true,
      description: 'Where its first weights came from.',
      resolve: ({ card }) => card.pretraining ?? null,
    }),
    parityError: t.float({
      nullable: true,
      description: 'Largest difference between export and network, crop units; null for imports.',
      resolve: ({ card }) => card.parityError,
    }),
    metrics: t.field({
      type: [NamedMetricsRef],
      description: 'As measured when it was made.',
      resolve: ({ card }) => card.metrics,
    }),
    createdAt: t.field({ type: 'DateTime', description: 'When.', resolve: ({ card }) => card.createdAt }),
  }),
});

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

builder.objectField(RunRef, 'model', (t) =>
  t.field({
    type: ModelVersionRef,
    nullable: true,
    description: 'The version that was pinned; null while it is being planned. One GET.',
    resolve: ({ record }, _, context) => {
      if (!record) return null;
      const { owner, name, version } = record.model;
      return loadVersion(context, owner, name, version);
    },
  }),
);

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

const PromoteModelInput = builder.inputType('PromoteModelInput', {
  description: 'A version to be given an alias.',
  fields: (t) => ({
    version: t.id({ required: true, description: '`ModelVersion:project:name:version`; not of `shared`.' }),
    alias: t.string({ defaultValue: PRODUCTION, description: '`production` is what the name alone means.' }),
    expected: t.string({ description: 'Refuse where the alias points to another version by now.' }),
  }),
});

const PromoteModelPayload = builder.objectRef<{ version: VersionView; previous: string | null }>('PromoteModelPayload');
PromoteModelPayload.implement({
  description: 'An alias that points elsewhere now.',
  fields: (t) => ({
    version: t.expose('version', { type: ModelVersionRef, description: 'What it points to.' }),
    previous: t.exposeString('previous', { nullable: true, description: 'What it pointed to before.' }),
  }),
});

builder.mutationField('promoteModel', (t) =>
  t.field({
    type: PromoteModelPayload,
    scope: 'write',
    errors: {},
    description: 'Points an alias at a version. Repeating it is harmless.',
    args: { input: t.arg({ type: PromoteModelInput, required: true, description: 'What to promote.' }) },
    resolve: async (_, { input }, context) => {
      const { project, parts } = openId(context, 'ModelVersion', input.version);
      requireProject(context.caller, project);
      const [name, version] = parts as [string, string];
      const found = await loadVersion(context, project, name, version);
      if (!found) throw new FiducialError('UNKNOWN_MODEL', `Expected a model version, got "${input.version}"`);
      const alias = parseInput(slugSchema, input.alias ?? PRODUCTION, 'input.alias');
      const options = { now: context.parts.now, ...(input.expected == null ? {} : { expected: input.expected }) };
      const set = await setAlias(context.parts.stores.models, project, name, alias, version, options);
      return { version: found, previous: set.previous };
    },
  }),
);
