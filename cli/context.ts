/** What every command is given: configuration, output, where the code's own folders are. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliConfig } from './config.ts';
import type { Output } from './output.ts';

export interface CliContext {
  readonly config: CliConfig;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Takes effect when the process ends. */
  exitWith(code: number): void;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const FOLDERS = {
  root,
  shippedModels: join(root, 'models'),
  demo: join(root, 'demo'),
  web: join(root, 'web', 'dist'),
} as const;

/** The project of the embedded stack. */
export const DEFAULT_PROJECT = 'default';
