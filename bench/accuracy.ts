/**
 * Folds by person: everybody is tested once, by a network that has not seen them; the last epoch, never the best one.
 *
 *   node bench/accuracy.ts nose   --data ../shared/data/imm58,../shared/data/imm-frontal73
 *   node bench/accuracy.ts face58 --data ../shared/data/imm58
 *                                 --folds 5  --set KEY=VALUE  --backend NAME  --out FILE.json
 *                                 --chosen-on 0,1   folds that the recipe's settings were chosen on: the others also apart
 *
 * Each network is exported, and the exported package scores its test people through the predictor that scoring runs.
 * Beside each set's error stands that of always answering a mean position: of the training people of that set
 * (`ownMeanPx`), and of the training people of all sets together (`jointMeanPx`), as a run's own report has it.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPredictor } from '../inference/predictor.ts';
import { openSession } from '../inference/runtime.ts';
import { BACKEND_NAMES } from '../training/backends/index.ts';
import { type CheckedFace, checkFaces } from '../training/check/checkFaces.ts';
import { bySource, maePxOf } from '../training/check/figures.ts';
import { meanAnswerMaePx, meanPosition, type Placed } from '../training/check/meanAnswer.ts';
import { parseAssignment, recipeNamed, withOverrides } from '../training/recipes/index.ts';
import type { Recipe } from '../training/recipes/schema.ts';
import type { PartData, TrainingData } from '../training/session/data.ts';
import { trainRecipe } from '../training/session/train.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    folds: { type: 'string', default: '5' },
    set: { type: 'string', multiple: true, default: [] },
    backend: { type: 'string' },
    out: { type: 'string' },
    'chosen-on': { type: 'string', default: '' },
  },
});
const name = positionals[0] ?? 'nose';
const folds = Number(values.folds);
const recipe = withOverrides(recipeNamed(name), Object.fromEntries(values.set.map(parseAssignment)));

const chosenOn = values['chosen-on']
  .split(',')
  .filter((fold) => fold !== '')
  .map(Number);

interface TestedFace extends CheckedFace {
  readonly fold: number;
  /** Of always answering the mean position of the training people of its set. */
  readonly ownMeanPx: number;
  /** Of always answering that of all training people. */
  readonly jointMeanPx: number;
}

async function testFold(fold: number): Promise<TestedFace[]> {
  const own: Recipe = { ...recipe, split: { by: 'fold', folds, fold } };
  const read: TrainingData[] = [];
  const { onnx, card, history } = await trainRecipe(own, {
    training: `fold-${fold}`,
    modelName: own.name,
    codeVersion: 'bench',
    open: openSession,
    paths: values.data?.split(',') ?? [],
    cacheFolder: null,
    backend: BACKEND_NAMES.find((one) => one === values.backend) ?? null,
    checkpoints: null,
    resume: false,
    threads: 0,
    onData: (data) => read.push(data),
  });
  const { train, test } = read[0]!;
  const predictor = await createPredictor({ card, bytes: onnx });
  const { faces } = await checkFaces(predictor, card, test.samples, { rule: 'whole' }).finally(() => predictor.close());
  const tested = withMeanAnswer(faces, placed(train), placed(test), own).map((face) => ({ ...face, fold }));
  const curve = history.map(({ metrics }) => metrics.maePx!.toFixed(1)).join(' ');
  console.error(`fold ${fold}: ${faces.length} faces, ${summary(tested)}; test MAE by epoch: ${curve}`);
  return tested;
}

function placed({ samples, canvases }: PartData): Placed[] {
  return samples.map((sample, i) => ({ sample, size: canvases.sizes[i]! }));
}

function withMeanAnswer(
  faces: readonly CheckedFace[],
  train: readonly Placed[],
  test: readonly Placed[],
  { target }: Recipe,
): Omit<TestedFace, 'fold'>[] {
  const joint = meanPosition(train);
  return faces.map((face, i) => {
    const own = meanPosition(train.filter(({ sample }) => sample.source === face.sample.source));
    const error = (mean: typeof joint) => meanAnswerMaePx(mean, test[i]!, target.layout);
    return { ...face, ownMeanPx: error(own), jointMeanPx: error(joint) };
  });
}

function rowsOf(faces: readonly TestedFace[]) {
  return [...bySource(faces)].map(([set, all]) => {
    const own = all as TestedFace[];
    const maePx = maePxOf(own)!;
    const mean = (value: (face: TestedFace) => number) => own.reduce((sum, face) => sum + value(face), 0) / own.length;
    const [ownMeanPx, jointMeanPx] = [mean((face) => face.ownMeanPx), mean((face) => face.jointMeanPx)];
    const people = new Set(own.map(({ sample }) => sample.group)).size;
    const counts = { set, people, faces: own.length };
    return { ...counts, maePx, ownMeanPx, ratio: maePx / ownMeanPx, jointMeanPx, jointRatio: maePx / jointMeanPx };
  });
}

function summary(faces: readonly TestedFace[]): string {
  return rowsOf(faces)
    .map(
      ({ set, maePx, ownMeanPx, ratio }) =>
        `${set} ${maePx.toFixed(2)} of ${ownMeanPx.toFixed(2)} px (${ratio.toFixed(3)})`,
    )
    .join(', ');
}

const faces: TestedFace[] = [];
const started = performance.now();
for (let fold = 0; fold < folds; fold++) faces.push(...(await testFold(fold)));
const rows = rowsOf(faces);
console.table(rows);
const unseen = chosenOn.length > 0 ? rowsOf(faces.filter(({ fold }) => !chosenOn.includes(fold))) : null;
if (unseen) {
  console.log(`folds that chose nothing (all but ${chosenOn.join(', ')}):`);
  console.table(unseen);
}
const out = values.out ?? join('bench', 'results', `accuracy-${name}.json`);
await mkdir(dirname(out), { recursive: true });
const seconds = Math.round((performance.now() - started) / 1000);
await writeFile(
  out,
  `${JSON.stringify({ recipe, folds, seconds, rows, ...(unseen && { chosenOn, unseen }) }, null, 2)}\n`,
);
