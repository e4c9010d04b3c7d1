/** What scoring is given: models, a scorer of images, a clock, a log. */
import type { CropRule, ModelPin, PlanItem, Prediction } from '../domain/records.ts';
import type { Log } from '../storage/log.ts';
import type { LocalBody, Queues, Stores } from '../storage/ports.ts';

export type { Log } from '../storage/log.ts';

export const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

export interface ResolvedModel {
  readonly pin: ModelPin;
  /** The rule where a commit names none. */
  readonly crop: CropRule;
  /** sha256 of the images that it was trained on; null where that is not known. */
  imagesSeen?(): Promise<ReadonlySet<string> | null>;
}

export interface ModelResolver {
  /** UNKNOWN_MODEL where nothing in the project or in `shared/` has this reference. */
  resolve(project: string, reference: string): Promise<ResolvedModel>;
  /** sha256 of the detector's ONNX file. UNKNOWN_MODEL where this installation has none. */
  detector(): Promise<string>;
}

/** Decides, with the image, what comes out. */
export interface ScoringModel {
  readonly pin: ModelPin;
  readonly crop: CropRule;
  readonly detector: string | null;
}

export interface ScoringItem {
  /** Place in the shard, from 0. */
  readonly index: number;
  readonly item: PlanItem;
  /** The image file, or where it lies for whoever reads it. */
  readonly content: Buffer | LocalBody;
}

/** Of the image file. */
export function contentBytes(content: ScoringItem['content']): number {
  return content instanceof Uint8Array ? content.length : content.bytes;
}

export interface ItemOutcome {
  readonly index: number;
  /** Its faces have no `maePx` and `nme` yet: truth is compared when the shard is settled. */
  readonly prediction: Prediction;
}

export interface ScoreItemsOptions {
  readonly signal: AbortSignal;
}

/** Turns images into outcomes: one for each item, in any order. A bad image is an outcome, never an error. */
export interface ItemScorer {
  score(model: ScoringModel, items: AsyncIterable<ScoringItem>, options: ScoreItemsOptions): AsyncIterable<ItemOutcome>;
}

/** What every step of scoring works on. */
export interface ScoringParts {
  readonly stores: Pick<Stores, 'uploads' | 'results'>;
  readonly queues: Pick<Queues, 'plan' | 'score'>;
  readonly log: Log;
  now(): Date;
}
