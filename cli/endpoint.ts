/** Which running stack a command talks to: flags, then the environment, then the stack of the data folder. */
import type { Command } from 'commander';
import { FiducialError } from '../domain/errors.ts';
import type { CliContext } from './context.ts';
import { type Endpoint, readEndpoint } from './stack.ts';

export interface ApiFlags {
  readonly api?: string;
  readonly token?: string;
}

export function addApiOptions(command: Command): Command {
  return command
    .option('--api <url>', 'of the running stack; default: FIDUCIAL_API, then the stack of .fiducial')
    .option('--token <token>', 'default: FIDUCIAL_TOKEN, then that of the stack');
}

/** Throws INVALID_INPUT where none is known. */
export async function endpointOf(flags: ApiFlags, { config }: CliContext): Promise<Endpoint> {
  const local = await readEndpoint(config.dataFolder);
  const url = flags.api ?? config.api ?? local?.url;
  const token = flags.token ?? config.token ?? local?.token;
  if (!url || !token) {
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected a running stack in ${config.dataFolder}, found ${url ? 'no token' : 'none'}; start one with \`fiducial up\`, or give --api and --token`,
    );
  }
  return { url: url.replace(/\/(graphql\/?)?$/, ''), token };
}
