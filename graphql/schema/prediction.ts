/** What was predicted for an item: its faces, or why there are none. */
import type { ItemErrorCode } from '../../domain/errors.ts';
import { ITEM_ERROR_CODES } from '../../domain/errors.ts';
import type { Box } from '../../domain/geometry.ts';
import { uploadKeys } from '../../domain/keys.ts';
import { BOX_SOURCES, type Face, itemKeySchema, sha256Schema, type TruthFace } from '../../domain/records.ts';
import { readPrediction } from '../../scoring/read/prediction.ts';
import { listPredictions } from '../../scoring/read/predictions.ts';
import type { PredictionView } from '../../scoring/read/types.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { nodeId, openNodeId } from '../ids.ts';
import { parseInput } from '../input.ts';
import { connectionOf, emptyConnection, forwards, pageCost } from '../pages.ts';
import { readTruths } from '../truths.ts';
import { loadRun, RunRef } from './run.ts';

export const Outcome = builder.enumType('Outcome', {
  description: 'Every item has one of these.',
  values: {
    SCORED: { value: 'scored', description: 'It was read; it may have no face.' },
    FAILED: { value: 'failed', description: 'It was not; `error` says why.' },
  },
});

export const ItemErrorCodeEnum = builder.enumType('ItemErrorCode', {
  description: 'Why an item has no keypoints.',
  values: Object.fromEntries(
    Object.entries(ITEM_ERROR_CODES).map(([code, description]) => [code, { description }]),
  ) as Record<ItemErrorCode, { description: string }>,
});

const BoxSource = builder.enumType('BoxSource', {
  description: 'Where a box comes from.',
  values: Object.fromEntries(
    BOX_SOURCES.map((source) => [
      source.toUpperCase(),
      {
        value: source,
        description: { given: 'The manifest.', detected: 'The face detector.', whole: 'The image itself.' }[source],
      },
    ]),
  ) as Record<'GIVEN' | 'DETECTED' | 'WHOLE', { value: (typeof BOX_SOURCES)[number]; description: string }>,
});

export const BoxRef = builder.objectRef<Box>('Box').implement({
  description: 'A box in pixels of the image as displayed; may reach outside it.',
  fields: (t) => ({
    left: t.exposeFloat('left', { description: 'Pixels from the left edge.' }),
    top: t.exposeFloat('top', { description: 'Pixels from the top edge.' }),
    width: t.exposeFloat('width', { description: 'Pixels.' }),
    height: t.exposeFloat('height', { description: 'Pixels.' }),
  }),
});

export const NmeRef = builder.objectRef<{ normaliser: string; value: number }>('NormalisedError').implement({
  description: 'An error over a length of the face.',
  fields: (t) => ({
    normaliser: t.exposeString('normaliser', { description: 'interOcular, interPupil or faceSize.' }),
    value: t.exposeFloat('value', { description: 'A fraction: 0.05 is 5 %.' }),
  }),
});

export function nmeList(nme: Readonly<Record<string, number>> | null): { normaliser: string; value: number }[] {
  return Object.entries(nme ?? {}).map(([normaliser, value]) => ({ normaliser, value }));
}

const FaceRef = builder.objectRef<Face>('Face').implement({
  description: 'A face of an image.',
  fields: (t) => ({
    box: t.expose('box', { type: BoxRef, description: 'What was cropped around.' }),
    boxSource: t.expose('boxSource', { type: BoxSource, description: 'Where the box comes from.' }),
    keypoints: t.field({
      type: ['Point'],
      description: 'Pixels of the image as displayed; (0, 0) is its outer top-left corner.',
      resolve: ({ keypoints }) => [...keypoints],
    }),
    score: t.exposeFloat('score', {
      nullable: true,
      description: 'Of the detection, 0 to 1; null where the box was given.',
    }),
    maePx: t.exposeFloat('maePx', { nullable: true, description: 'Mean absolute error, pixels; null without truth.' }),
    nme: t.field({
      type: [NmeRef],
      description: 'By normaliser; empty without truth.',
      resolve: ({ nme }) => nmeList(nme),
    }),
  }),
});

const TruthRef = builder.objectRef<TruthFace>('TruthFace').implement({
  description: 'A face of the ground truth.',
  fields: (t) => ({
    box: t.expose('box', { type: BoxRef, nullable: true, description: 'Where the truth has one.' }),
    keypoints: t.field({
      type: ['Point'],
      nullable: true,
      description: 'Pixels of the image as displayed.',
      resolve: ({ keypoints }) => (keypoints ? [...keypoints] : null),
    }),
    layout: t.exposeString('layout', { nullable: true, description: "The truth's own layout, where it says." }),
    group: t.exposeString('group', {
      nullable: true,
      description: 'Whom or what it belongs to, as the manifest says.',
    }),
  }),
});

const ItemErrorRef = builder.objectRef<{ code: ItemErrorCode; message: string }>('ItemError').implement({
  description: 'Why an item has no keypoints.',
  fields: (t) => ({
    code: t.expose('code', { type: ItemErrorCodeEnum, description: 'Stable.' }),
    message: t.exposeString('message', { description: 'In words.' }),
  }),
});

export const PredictionRef = builder.objectRef<PredictionView>('Prediction');

builder.node(PredictionRef, {
  description: 'An item of a run and its outcome. Written once.',
  id: {
    resolve: ({ project, run, shard, line }) => nodeId(project, run, shard, line),
    description: '`Prediction:project:run:shard:line`',
  },
  loadOne: (id, context) => {
    const { project, parts } = openNodeId(context, 'Prediction', id);
    const [run, shard, line] = parts as [string, string, string];
    return readPrediction(context.parts.stores, project, run, { shard, line: Number(line) });
  },
  fields: (t) => ({
    run: t.field({
      type: RunRef,
      nullable: true,
      description: 'The run it belongs to.',
      resolve: ({ project, run }, _, context) => loadRun(context, project, run),
    }),
    key: t.string({ description: "The image's path below the batch.", resolve: ({ prediction }) => prediction.key }),
    outcome: t.field({ type: Outcome, description: 'SCORED or FAILED.', resolve: (one) => one.prediction.outcome }),
    width: t.int({ nullable: true, description: 'As displayed, pixels.', resolve: (one) => one.prediction.width }),
    height: t.int({ nullable: true, description: 'As displayed, pixels.', resolve: (one) => one.prediction.height }),
    error: t.field({
      type: ItemErrorRef,
      nullable: true,
      description: 'Set where FAILED.',
      resolve: ({ prediction }) => prediction.error,
    }),
    seen: t.boolean({
      nullable: true,
      description: 'Whether the model was trained on this very image; null where that is not known.',
      resolve: ({ prediction }) => prediction.seen ?? null,
    }),
    faces: t.field({
      type: [FaceRef],
      description: 'None, one or several.',
      resolve: (one) => [...one.prediction.faces],
    }),
    truths: t.field({
      type: [TruthRef],
      description:
        'The ground truth of this item: a GET a shard. Of truth that came later, all faces of the image: a HEAD and a GET, where the file has at most 32 MB.',
      args: { truth: t.arg.string({ description: 'Digest; by default the truth that came with the batch.' }) },
      complexity: { field: 3, multiplier: 3 },
      resolve: (view, { truth }, context) =>
        readTruths(context, view, truth ? parseInput(sha256Schema, truth, 'truth') : null),
    }),
    imageUrl: t.string({
      nullable: true,
      description: 'Gives the image, for minutes. Null once the batch is gone.',
      resolve: async ({ project, run, prediction }, _, context) => {
        const view = await loadRun(context, project, run);
        if (!view) return null;
        const { stores, settings } = context.parts;
        const key = uploadKeys.image(project, view.batch, prediction.key);
        return stores.uploads.signDownload(key, settings.downloadSeconds);
      },
    }),
  }),
});

builder.objectField(RunRef, 'predictions', (t) =>
  t.connection(
    {
      type: PredictionRef,
      complexity: pageCost,
      description:
        'In plan order. A LIST, and a GET for each shard that a page needs; failures of a finished run by their index. A filtered page may be short, and go on: see pageInfo.',
      args: {
        outcome: t.arg({ type: Outcome, description: 'Only these.' }),
        code: t.arg({ type: ItemErrorCodeEnum, description: 'Only items that failed for this reason.' }),
        keyPrefix: t.arg.string({ description: 'Only keys that begin with this; case counts.' }),
      },
      resolve: async (view, { outcome, code, keyPrefix, ...args }, { parts }) => {
        const { first, after } = forwards(args);
        const prefix = keyPrefix ? parseInput(itemKeySchema, keyPrefix, 'keyPrefix') : null;
        if (!view.record) return emptyConnection<PredictionView>();
        const filter = { outcome: outcome ?? null, code: code ?? null, keyPrefix: prefix };
        const page = await listPredictions(parts.stores, view.record, { first, after }, filter);
        return connectionOf(page, after, (node) => node);
      },
    },
    ...connectionTypes(PredictionRef, 'Prediction'),
  ),
);
