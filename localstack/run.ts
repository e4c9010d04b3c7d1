import { spawn } from 'node:child_process';

export interface Ran {
  /** Null where the command could not be started or was stopped. */
  readonly status: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Runs a command to its end, or for `timeoutMs` at most. Never throws. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly env?: Record<string, string | undefined> },
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      ...(options.env ? { env: options.env } : {}),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', (error) => resolve({ status: null, output: error.message }));
    child.once('close', (status) => resolve({ status, output }));
  });
}
