import { FiducialError } from '../domain/errors.ts';
import { dockerAnswers, startContainer } from './docker.ts';
import { startProcess } from './process.ts';
import { pythonWithLocalStack, type Say } from './python.ts';
import { waitUntilReady } from './ready.ts';

export interface StartOptions {
  /** 0 for any free one. Default 0. */
  readonly port?: number;
  /** Of this process: `AWS_ENDPOINT_URL` in it is used as it is, and nothing is started. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say?: Say;
  /** For an endpoint that was given. Default 90,000. */
  readonly readyTimeoutMs?: number;
}

export interface LocalStack {
  readonly endpoint: string;
  readonly how: 'given' | 'docker' | 'python';
  /** Ends what was started here, and only that. */
  stop(): Promise<void>;
}

/**
 * A LocalStack that answers: the one that AWS_ENDPOINT_URL names; or a container; or a plain process.
 * @throws BACKEND_UNAVAILABLE where there is neither Docker nor Python, and says what to install.
 */
export async function startLocalStack(options: StartOptions): Promise<LocalStack> {
  const { port = 0, environment, say = () => {} } = options;
  const given = environment.AWS_ENDPOINT_URL;
  if (given) {
    await waitUntilReady(given, { timeoutMs: options.readyTimeoutMs });
    return { endpoint: given, how: 'given', stop: async () => {} };
  }
  if (await dockerAnswers()) return { how: 'docker', ...(await startContainer(port, { ...environment })) };
  const install = await pythonWithLocalStack(say);
  if ('missing' in install) {
    throw new FiducialError(
      'BACKEND_UNAVAILABLE',
      `LocalStack needs a Docker engine or Python 3.11: no engine answers, and ${install.missing}`,
    );
  }
  return { how: 'python', ...(await startProcess(install.python, port)) };
}
