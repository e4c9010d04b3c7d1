/** How well a run did against a ground truth. */
import type { Metrics, PartMetrics } from '../../domain/metrics/index.ts';
import { sha256Schema } from '../../domain/records.ts';
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import { readEvaluationRejection, readMetrics } from '../../scoring/read/metrics.ts';
import type { Edge, Page, RunView, WorstView } from '../../scoring/read/types.ts';
import { listWorstPredictions } from '../../scoring/read/worst.ts';
import type { RunMetrics } from '../../scoring/records.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { parseInput } from '../input.ts';
import { connectionOf, emptyConnection, forwards, once, pageCost } from '../pages.ts';
import type { ApiContext } from '../ports.ts';
import { NmeRef, nmeList, PredictionRef } from './prediction.ts';
import { Rejection, RunRef } from './run.ts';

const KeypointErrorRef = builder.objectRef<Metrics['perKeypoint'][number]>('KeypointError').implement({
  description: 'The error of one keypoint over all faces.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'From 0.' }),
    name: t.exposeString('name', { description: 'Of the keypoint, in words.' }),
    maePx: t.exposeFloat('maePx', { description: 'Mean absolute error, pixels.' }),
    nme: t.exposeFloat('nme', { nullable: true, description: 'By the inter-ocular distance, a fraction.' }),
  }),
});

const GroupRef = builder.objectRef<Metrics['groups'][number]>('GroupError').implement({
  description: 'The error over the faces of one group of the manifest.',
  fields: (t) => ({
    group: t.exposeString('group', { description: 'As the manifest names it.' }),
    n: t.exposeInt('n', { description: 'Faces compared.' }),
    missed: t.exposeInt('missed', { description: 'Faces of the truth that nothing answered.' }),
    maePx: t.exposeFloat('maePx', { nullable: true, description: 'Mean absolute error, pixels.' }),
    nme: t.exposeFloat('nme', { nullable: true, description: 'By the inter-ocular distance, a fraction.' }),
  }),
});

const PartRef = builder.objectRef<PartMetrics>('PartError').implement({
  description: 'The error over a part of the faces.',
  fields: (t) => ({
    n: t.exposeInt('n', { description: 'Faces compared.' }),
    missed: t.exposeInt('missed', { description: 'Faces of the truth that nothing answered.' }),
    maePx: t.exposeFloat('maePx', { nullable: true, description: 'Mean absolute error, pixels.' }),
    nme: t.exposeFloat('nme', { nullable: true, description: 'By the inter-ocular distance, a fraction.' }),
  }),
});

const CedPointRef = builder.objectRef<readonly [number, number]>('CedPoint').implement({
  description: 'A point of the cumulative error curve.',
  fields: (t) => ({
    error: t.float({ description: 'By the inter-ocular distance, a fraction.', resolve: ([error]) => error }),
    share: t.float({
      description: 'Of faces at or below it, 0 to 1; missed ones are above all.',
      resolve: (p) => p[1],
    }),
  }),
});

export const MetricsRef = builder.objectRef<RunMetrics>('Metrics').implement({
  description: 'How well a run did against one ground truth.',
  fields: (t) => ({
    truth: t.exposeString('truth', { description: 'Digest of the ground truth.' }),
    layout: t.string({ description: 'Keypoint layout of the model.', resolve: ({ metrics }) => metrics.layout }),
    n: t.int({ description: 'Faces of the truth that were answered.', resolve: ({ metrics }) => metrics.n }),
    missed: t.int({ description: 'Faces of the truth that were not.', resolve: ({ metrics }) => metrics.missed }),
    extra: t.int({ description: 'Faces found beyond the truth.', resolve: ({ metrics }) => metrics.extra }),
    maePx: t.float({
      nullable: true,
      description: 'Mean absolute error over n, pixels.',
      resolve: ({ metrics }) => metrics.maePx,
    }),
    nme: t.field({
      type: [NmeRef],
      description: 'Means over n, by normaliser.',
      resolve: ({ metrics }) => nmeList(metrics.nme),
    }),
    aucAt8: t.float({
      nullable: true,
      description: 'Area under the cumulative error curve to 8 %, 0 to 1; missed faces count as infinite errors.',
      resolve: ({ metrics }) => metrics.aucAt8,
    }),
    failureRateAt10: t.float({
      nullable: true,
      description: 'Share of faces above 10 %, 0 to 1, missed ones included.',
      resolve: ({ metrics }) => metrics.failureRateAt10,
    }),
    perKeypoint: t.field({
      type: [KeypointErrorRef],
      description: 'In the order of the layout.',
      resolve: ({ metrics }) => [...metrics.perKeypoint],
    }),
    groups: t.field({
      type: [GroupRef],
      description: 'The first groups of the manifest by name; 1,000 are kept.',
      args: { first: t.arg.int({ defaultValue: 100, description: 'So many, up to 1,000.' }) },
      resolve: ({ metrics }, { first }) => metrics.groups.slice(0, Math.max(0, Math.min(first ?? 100, 1000))),
    }),
    seen: t.field({
      type: PartRef,
      nullable: true,
      description:
        "Over images that the model was trained on, by their bytes and its training run's split; null where there are none or that is not known.",
      resolve: ({ metrics }) => metrics.seen ?? null,
    }),
    unseen: t.field({
      type: PartRef,
      nullable: true,
      description: 'Over images that it was not trained on; null as above.',
      resolve: ({ metrics }) => metrics.unseen ?? null,
    }),
    ced: t.field({
      type: [CedPointRef],
      description: 'The cumulative error curve, to 20 %.',
      resolve: ({ metrics }) => [...metrics.ced],
    }),
    ordered: t.exposeInt('ordered', {
      description: 'Faces that the order worst first knows: all, or the worst 100,000.',
    }),
  }),
});

/** Digest of the truth that is meant: the one named, or the one that came with the batch. */
function truthOf(view: RunView, truth: string | null | undefined): string | null {
  return truth ? parseInput(sha256Schema, truth, 'truth') : (view.record?.truth ?? null);
}

export function loadMetrics(context: ApiContext, view: RunView, truth?: string | null): Promise<RunMetrics | null> {
  const digest = truthOf(view, truth);
  if (!digest) return Promise.resolve(null);
  const { project, run } = view;
  return once(context, `metrics ${project} ${run} ${digest}`, () =>
    readMetrics(context.parts.stores, project, run, digest),
  );
}

builder.objectField(RunRef, 'metrics', (t) =>
  t.field({
    type: MetricsRef,
    nullable: true,
    description: 'Null until the run is compared with this truth. One GET.',
    args: { truth: t.arg.string({ description: 'Digest; by default the truth that came with the batch.' }) },
    resolve: (view, { truth }, context) => loadMetrics(context, view, truth),
  }),
);

builder.objectField(RunRef, 'evaluationRejection', (t) =>
  t.field({
    type: Rejection,
    nullable: true,
    description: 'Why it can not be compared with this truth; null where nothing says so. One GET.',
    args: { truth: t.arg.string({ required: true, description: 'Digest of the ground truth.' }) },
    resolve: ({ project, run }, { truth }, { parts }) =>
      readEvaluationRejection(parts.stores, project, run, parseInput(sha256Schema, truth, 'truth')),
  }),
);

type FaceErrorView = WorstView & { project: string; run: string };

const FaceErrorRef = builder.objectRef<FaceErrorView>('FaceError').implement({
  description: 'A face of the ground truth and its error.',
  fields: (t) => ({
    key: t.exposeString('key', { description: "The image's path below the batch." }),
    face: t.exposeInt('face', {
      nullable: true,
      description: "Index among the prediction's faces; null where missed.",
    }),
    maePx: t.exposeFloat('maePx', { nullable: true, description: 'Pixels; null where missed: an infinite error.' }),
    nme: t.exposeFloat('nme', {
      nullable: true,
      description: 'By the inter-ocular distance, a fraction; null where missed or where the truth has no eyes.',
    }),
    prediction: t.field({ type: PredictionRef, description: 'The item it is in.', resolve: (one) => one }),
  }),
});

const FaceErrors = connectionTypes(FaceErrorRef, 'FaceError');

const ErrorOrder = builder.enumType('ErrorOrder', {
  description: 'Faces in the order of their errors; missed ones have infinite errors.',
  values: {
    WORST_FIRST: { description: 'The largest error first.' },
    BEST_FIRST: { description: 'The smallest error first, of the faces that the index holds.' },
  },
});

builder.objectField(RunRef, 'faceErrors', (t) =>
  t.connection(
    {
      type: FaceErrorRef,
      complexity: pageCost,
      description:
        'Faces by their errors; empty until the run is compared with this truth. Three GETs, and one a face.',
      args: {
        order: t.arg({ type: ErrorOrder, defaultValue: 'WORST_FIRST', description: 'Which end first.' }),
        truth: t.arg.string({ description: 'Digest; by default the truth that came with the batch.' }),
      },
      resolve: async (view, { order, truth, ...args }, context) => {
        const { first, after } = forwards(args);
        const metrics = await loadMetrics(context, view, truth);
        if (!metrics) return emptyConnection<FaceErrorView>();
        const request = { project: view.project, run: view.run, truth: metrics.truth };
        const page = await (order === 'BEST_FIRST'
          ? listBest(context, request, metrics.ordered, first, after)
          : listWorstPredictions(context.parts.stores, { ...request, first, after }));
        return connectionOf(page, after, (node) => ({ ...node, project: view.project, run: view.run }));
      },
    },
    ...FaceErrors,
  ),
);

/** The order index read from its end. Cursors are those of its entries. */
async function listBest(
  { parts }: ApiContext,
  request: { project: string; run: string; truth: string },
  ordered: number,
  first: number,
  after: string | null,
): Promise<Page<WorstView>> {
  const end = after === null ? ordered : placeOf(after, ordered);
  const start = Math.max(0, end - first);
  if (end === start) return { edges: [], hasNextPage: false, endCursor: null };
  const before = start === 0 ? null : encodeCursor('worst', String(start - 1));
  const page = await listWorstPredictions(parts.stores, { ...request, first: end - start, after: before });
  const edges: Edge<WorstView>[] = [...page.edges].reverse();
  return { edges, hasNextPage: start > 0, endCursor: edges.at(-1)?.cursor ?? null };
}

function placeOf(cursor: string, ordered: number): number {
  const place = Number(decodeCursor('worst', cursor, /^\d{1,9}$/)[0]);
  return Math.min(place, ordered);
}
