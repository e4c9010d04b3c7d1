/** What the API is given, and what each call carries. */
import type { ModelCard } from '../domain/modelCard.ts';
import type { Log } from '../scoring/ports.ts';
import type { Queues, Stores } from '../storage/ports.ts';
import type { Caller } from './auth/caller.ts';
import type { LiveCalls } from './live.ts';

export type { Log };

/** Where models are found: those of a project, the shared ones, those that ship. The catalog of inference/ fits. */
export interface ModelFinder {
  /** UNKNOWN_MODEL where there is none; INVALID_INPUT on what is no reference. */
  find(project: string, reference: string): Promise<{ readonly owner: string; readonly card: ModelCard }>;
  /** That a project may use, in order. */
  names(project: string): Promise<readonly string[]>;
}

export interface ApiParts {
  readonly stores: Stores;
  readonly queues: Queues;
  readonly models: ModelFinder;
  readonly log: Log;
  now(): Date;
  readonly settings: ApiSettings;
  readonly live: LiveCalls;
}

export interface ApiSettings {
  /** Of one uploaded image. */
  readonly minImageBytes: number;
  readonly maxImageBytes: number;
  /** Of a manifest, and of ground truth that comes later. */
  readonly maxManifestBytes: number;
  readonly uploadSeconds: number;
  readonly downloadSeconds: number;
  /** How often a subscription looks at the ledger. */
  readonly pollMs: number;
}

export const DEFAULT_SETTINGS: ApiSettings = {
  minImageBytes: 0,
  maxImageBytes: 100e6,
  maxManifestBytes: 1e9,
  uploadSeconds: 900,
  downloadSeconds: 900,
  pollMs: 400,
};

export interface ApiContext {
  readonly parts: ApiParts;
  readonly caller: Caller;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** What this request has read already, by key. */
  readonly memo: Map<string, Promise<unknown>>;
}
