/** A version of a model: an ONNX file and its card. */
import { CROP_KERNELS, type ModelCard } from '../../domain/modelCard.ts';
import { builder } from '../builder.ts';
import { nodeId, openNodeId } from '../ids.ts';
import { loadVersion, type VersionView } from '../models.ts';
import { NmeRef, nmeList } from './prediction.ts';
import { CropRule, RunRef } from './run.ts';

export const ModelVersionRef = builder.objectRef<VersionView>('ModelVersion');

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
