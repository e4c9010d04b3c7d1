/** The environment of the command line, read once. Flags win over it. */
import { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';

const environmentSchema = z.object({
  /** Base URL of a running stack. */
  FIDUCIAL_API: z.url().optional(),
  FIDUCIAL_TOKEN: z.string().min(1).optional(),
  /** Folder of the embedded stack. */
  FIDUCIAL_DATA: z.string().min(1).default('.fiducial'),
  FIDUCIAL_DEBUG: z.string().optional(),
  CI: z.string().optional(),
});

export interface CliConfig {
  readonly api: string | null;
  readonly token: string | null;
  readonly dataFolder: string;
  readonly debug: boolean;
}

export function readConfig(environment: NodeJS.ProcessEnv): CliConfig {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new FiducialError(
      'INVALID_CONFIG',
      `${path.join('.')}: ${message}, got ${JSON.stringify(environment[String(path[0])])}; unset or correct it`,
    );
  }
  const { FIDUCIAL_API, FIDUCIAL_TOKEN, FIDUCIAL_DATA, FIDUCIAL_DEBUG } = parsed.data;
  return {
    api: FIDUCIAL_API ?? null,
    token: FIDUCIAL_TOKEN ?? null,
    dataFolder: FIDUCIAL_DATA,
    debug: FIDUCIAL_DEBUG !== undefined && FIDUCIAL_DEBUG !== '' && FIDUCIAL_DEBUG !== '0',
  };
}
