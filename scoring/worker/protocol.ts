/**
 * What the supervisor and its child say to each other: models, readiness and outcomes over Node's IPC with advanced
 * serialisation, images over a pipe of their own (frames.ts): their bytes, or, where the store's bodies are files of this
 * machine, where they lie. The child has no store, no credentials and no environment: a hostile image that took it over
 * would find its own bytes, and on a person's own machine what any of that person's programs finds.
 */
import type { ErrorCode } from '../../domain/errors.ts';
import type { PlanItem, Prediction } from '../../domain/records.ts';
import type { LocalBody } from '../../storage/ports.ts';
import type { ScoringModel } from '../ports.ts';

/** What the child needs to open a model. `bytes` are the ONNX file's. */
export interface ModelPayload {
  readonly model: ScoringModel;
  /** JSON of the model's card. */
  readonly card: string;
  readonly bytes: Uint8Array;
  /** Where the crop rule is `detect`. */
  readonly detector?: { readonly card: string; readonly bytes: Uint8Array };
  readonly tuning?: PredictorTuning;
}

/** How the child works; none of it changes a result (but for a GPU's rounding). Default: see inference/predictor.ts. */
export interface PredictorTuning {
  /** Of the network. */
  readonly threads?: number;
  /** What computes. The first model that a child opens decides for all of its life. Default: `cpu`. */
  readonly provider?: 'cpu' | 'cuda';
  /** Crops a batch. */
  readonly batchSize?: number;
  /** Images decoded or scored at once. */
  readonly window?: number;
}

/** Of an item, what scoring needs; truths stay with the supervisor. */
export type ChildItem = Pick<PlanItem, 'key' | 'box'>;

export interface ToChild {
  readonly kind: 'model';
  readonly model: string;
  readonly payload: ModelPayload;
}

/** Of the pipe that brings the images, in the child. */
export const IMAGES_FD = 4;

/** Head of a frame. */
export interface ImageHeader {
  readonly id: number;
  readonly model: string;
  readonly item: ChildItem;
  /** Where the image file lies; where absent, it is the frame's body. */
  readonly file?: LocalBody;
}

export interface ChildOutcome {
  readonly id: number;
  readonly prediction: Prediction;
}

export type FromChild =
  | { readonly kind: 'started' }
  | { readonly kind: 'opened'; readonly model: string }
  | { readonly kind: 'refused'; readonly model: string; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly ChildOutcome[] };
