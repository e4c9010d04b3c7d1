/** Two to eight runs against the first of them. */
import { sha256Schema } from '../../domain/records.ts';
import { readPrediction } from '../../scoring/read/prediction.ts';
import { builder } from '../builder.ts';
import type { MeanDifference } from '../compare/bootstrap.ts';
import { type Comparison, comparable, compareRuns, type FaceChange } from '../compare/compare.ts';
import type { FaceError } from '../compare/pairs.ts';
import { parseInput } from '../input.ts';
import { PredictionRef } from './prediction.ts';
import { RunRef, requireRun } from './run.ts';

const MeasureEnum = builder.enumType('ErrorMeasure', {
  description: 'What errors are measured by.',
  values: {
    NME: { value: 'nme', description: 'Over the inter-ocular distance, a fraction.' },
    MAE_PX: { value: 'maePx', description: 'Pixels: some truth has no eyes.' },
  },
});

const DifferenceRef = builder.objectRef<MeanDifference>('MeanDifference').implement({
  description: 'A mean of paired differences, the run minus the baseline; below 0 is better.',
  fields: (t) => ({
    n: t.exposeInt('n', { description: 'Faces that both runs answered.' }),
    mean: t.exposeFloat('mean', { description: 'In the measure of the comparison.' }),
    low: t.exposeFloat('low', { description: 'Lower end of the 95 % bootstrap interval.' }),
    high: t.exposeFloat('high', { description: 'Upper end of the 95 % bootstrap interval.' }),
  }),
});

type ChangeView = FaceChange & Pick<Comparison, 'baseline' | 'run'>;

const FaceChangeRef = builder.objectRef<ChangeView>('FaceChange').implement({
  description: 'A face whose error changed.',
  fields: (t) => ({
    key: t.string({ description: "The image's path below the batch.", resolve: ({ first }) => first.key }),
    difference: t.exposeFloat('difference', { description: 'The run minus the baseline, in the measure.' }),
    baselineMaePx: t.float({ nullable: true, description: 'Pixels.', resolve: ({ first }) => first.maePx }),
    runMaePx: t.float({ nullable: true, description: 'Pixels.', resolve: ({ second }) => second.maePx }),
    baselineNme: t.float({ nullable: true, description: 'A fraction.', resolve: ({ first }) => first.nme }),
    runNme: t.float({ nullable: true, description: 'A fraction.', resolve: ({ second }) => second.nme }),
    baselinePrediction: t.field({
      type: PredictionRef,
      nullable: true,
      description: 'As the baseline has it. A GET.',
      resolve: ({ baseline, first }, _, { parts }) => open(baseline, first, parts.stores),
    }),
    runPrediction: t.field({
      type: PredictionRef,
      nullable: true,
      description: 'As the run has it. A GET.',
      resolve: ({ run, second }, _, { parts }) => open(run, second, parts.stores),
    }),
  }),
});

function open(
  { project, run }: Comparison['run'],
  { shard, line }: FaceError,
  stores: Parameters<typeof readPrediction>[0],
): ReturnType<typeof readPrediction> {
  return readPrediction(stores, project, run, { shard, line });
}

const ComparisonRef = builder.objectRef<Comparison>('Comparison').implement({
  description: 'A run against the baseline, face by face.',
  fields: (t) => ({
    baseline: t.expose('baseline', { type: RunRef, description: 'The first of the runs.' }),
    run: t.expose('run', { type: RunRef, description: 'What is compared with it.' }),
    measure: t.expose('measure', { type: MeasureEnum, description: 'Of the differences.' }),
    pairs: t.exposeInt('pairs', { description: 'Faces that both runs have, by key.' }),
    difference: t.expose('difference', {
      type: DifferenceRef,
      nullable: true,
      description: 'Null where no face was answered by both.',
    }),
    better: t.exposeInt('better', { description: 'Faces with a smaller error than in the baseline.' }),
    worse: t.exposeInt('worse', { description: 'Faces with a larger one.' }),
    newlyMissed: t.exposeInt('newlyMissed', { description: 'Faces that only the baseline answered.' }),
    newlyFound: t.exposeInt('newlyFound', { description: 'Faces that only the run answered.' }),
    complete: t.exposeBoolean('complete', {
      description: 'Whether all faces were paired; otherwise those of shards spread evenly over the runs.',
    }),
    improved: t.field({
      type: [FaceChangeRef],
      description: 'The most improved first.',
      args: { first: t.arg.int({ defaultValue: 10, description: 'So many, up to 50.' }) },
      complexity: ({ first }) => ({ field: 1, multiplier: Math.max(1, first ?? 10) }),
      resolve: ({ improved, baseline, run }, { first }) =>
        top(improved, first).map((one) => ({ ...one, baseline, run })),
    }),
    worsened: t.field({
      type: [FaceChangeRef],
      description: 'The most worsened first.',
      args: { first: t.arg.int({ defaultValue: 10, description: 'So many, up to 50.' }) },
      complexity: ({ first }) => ({ field: 1, multiplier: Math.max(1, first ?? 10) }),
      resolve: ({ worsened, baseline, run }, { first }) =>
        top(worsened, first).map((one) => ({ ...one, baseline, run })),
    }),
  }),
});

function top<T>(values: readonly T[], first: number | null | undefined): T[] {
  return values.slice(0, Math.max(0, first ?? 10));
}

builder.queryField('compareRuns', (t) =>
  t.field({
    type: [ComparisonRef],
    scope: 'read',
    description:
      'Each run but the first against the first. 512 GETs at most, whatever the size of the runs; some 20,000 faces of each.',
    args: {
      runs: t.arg.idList({ required: true, description: 'Two to eight `Run:project:run`; the first is the baseline.' }),
      truth: t.arg.string({ description: 'Digest; by default the truth that came with each batch.' }),
    },
    complexity: { field: 500, multiplier: 7 },
    resolve: async (_, { runs, truth }, context) => {
      const digest = truth ? parseInput(sha256Schema, truth, 'truth') : null;
      const views = await Promise.all(runs.slice(0, 9).map((id) => requireRun(context, id)));
      return compareRuns(context.parts.stores.results, comparable(views, digest));
    },
  }),
);
