/** Scores files of this machine without a service: the same child process, evaluation and metrics as a run has. */
import { readFile } from 'node:fs/promises';
import type { LayoutId } from '../domain/layouts.ts';
import {
  countOutcomes,
  evaluateItem,
  type Metrics,
  mergeAll,
  mergeOutcomes,
  metricsOf,
  NO_OUTCOMES,
  type Outcomes,
  type Summary,
  summariseFace,
  summariseMissed,
  withErrors,
} from '../domain/metrics/index.ts';
import type { ManifestEntry, PlanItem, Prediction, TruthFace } from '../domain/records.ts';
import { sha256Of } from '../inference/digest.ts';
import type { ItemScorer, ScoringItem, ScoringModel } from '../scoring/ports.ts';
import type { ImageFile } from './images.ts';

export interface FileItem {
  readonly file: ImageFile;
  readonly item: PlanItem;
}

/** Under `detect` one item an image with all its truths; otherwise one for each line of the truth, as a run plans it. */
export function planFiles(
  files: readonly ImageFile[],
  truthOf: (file: ImageFile) => readonly ManifestEntry[],
  crop: ScoringModel['crop'],
): FileItem[] {
  return files.flatMap((file) => {
    const truths = truthOf(file).map(truthFace);
    const item = (box: PlanItem['box'], faces: TruthFace[]): FileItem => ({
      file,
      item: { key: file.key, etag: null, bytes: null, box, truths: faces, copyOf: null },
    });
    if (crop === 'detect' || truths.length === 0) return [item(null, truths)];
    return truths.map((truth) => item(truth.box, [truth]));
  });
}

function truthFace({ box, keypoints, layout, group }: ManifestEntry): TruthFace {
  return { box: box ?? null, keypoints: keypoints ?? null, layout: layout ?? null, group: group ?? null };
}

export interface ScoredFiles {
  readonly outcomes: Outcomes;
  /** Null where nothing had truth. */
  readonly metrics: Metrics | null;
  readonly seconds: number;
}

export interface ScoreFilesOptions {
  readonly scorer: ItemScorer;
  readonly model: ScoringModel;
  readonly signal: AbortSignal;
  /** sha256 of the images that the model was trained on; null where that is not known. */
  readonly imagesSeen: ReadonlySet<string> | null;
  /** In the order of the items. Awaited, which bounds what is in memory. */
  onPrediction(prediction: Prediction, item: FileItem, done: number): Promise<void> | void;
}

/** Truth is evaluated in blocks, as shards are. */
const BLOCK = 256;

export async function scoreFiles(items: readonly FileItem[], options: ScoreFilesOptions): Promise<ScoredFiles> {
  const { scorer, model, signal, imagesSeen } = options;
  const { layout, points } = model.pin;
  const started = performance.now();
  let outcomes = NO_OUTCOMES;
  let summaries: Summary[] = [];
  let compared = false;
  const waiting = new Map<number, Prediction>();
  const seen = new Map<number, boolean>();
  const noted = imagesSeen && ((index: number, bytes: Buffer) => seen.set(index, imagesSeen.has(sha256Of(bytes))));
  let next = 0;
  for await (const { index, prediction } of scorer.score(model, readItems(items, noted), { signal })) {
    waiting.set(index, seen.has(index) ? { ...prediction, seen: seen.get(index)! } : prediction);
    seen.delete(index);
    for (let ready = waiting.get(next); ready; ready = waiting.get(next)) {
      waiting.delete(next);
      const evaluated = evaluateOne(ready, items[next]!.item, next, layout, points);
      compared ||= items[next]!.item.truths.some(({ keypoints }) => keypoints !== null);
      summaries.push(...evaluated.summaries);
      if (summaries.length >= BLOCK) summaries = [mergeAll(summaries, layout, points)];
      outcomes = mergeOutcomes(outcomes, countOutcomes([evaluated.prediction]));
      await options.onPrediction(evaluated.prediction, items[next]!, next + 1);
      next++;
    }
  }
  const metrics = compared ? metricsOf(mergeAll(summaries, layout, points)) : null;
  return { outcomes, metrics, seconds: (performance.now() - started) / 1000 };
}

async function* readItems(
  items: readonly FileItem[],
  noted: ((index: number, bytes: Buffer) => void) | null,
): AsyncGenerator<ScoringItem> {
  for (const [index, { file, item }] of items.entries()) {
    const bytes = await readFile(file.path);
    noted?.(index, bytes);
    yield { index, item, content: bytes };
  }
}

function evaluateOne(prediction: Prediction, item: PlanItem, line: number, layout: LayoutId, points: number) {
  const evaluation = evaluateItem(prediction, item.truths, layout);
  const where = { shard: '000000', line, key: item.key, seen: prediction.seen };
  const summaries = evaluation.evaluated.map(({ truth, face, errors }) =>
    summariseFace(errors, { ...where, face, group: item.truths[truth]!.group }, layout),
  );
  if (evaluation.missed.length > 0 || evaluation.extra > 0) {
    const groups = evaluation.missed.map((truth) => item.truths[truth]!.group);
    summaries.push(summariseMissed(groups, evaluation.extra, layout, points, prediction.seen));
  }
  return { prediction: withErrors(prediction, evaluation), summaries };
}
