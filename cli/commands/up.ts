/** `fiducial up`: the whole stack embedded in one folder, until it is told to stop. */
import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { readStorageConfig } from '../../functions/config.ts';
import type { CliContext } from '../context.ts';
import { DEFAULT_PORT } from '../defaults.ts';
import { runDemo } from '../demo.ts';
import { count, port, wholeNumber } from '../parse.ts';
import { startStack } from '../stack.ts';

interface UpFlags {
  readonly data?: string;
  readonly host: string;
  readonly port: number;
  readonly scorers: number;
  readonly trainers: number;
  readonly demo: boolean;
  readonly storage: 'embedded' | 'aws';
}

export function addUpCommand(program: Command, context: CliContext): void {
  program
    .command('up')
    .description('run the whole stack on this machine: storage, workers, API, dashboard')
    .option('--data <dir>', 'its folder; default: .fiducial')
    .option('--host <address>', 'what the API binds to', '127.0.0.1')
    .option('--port <n>', '0: any that is free', port, DEFAULT_PORT)
    .option('--scorers <n>', 'scorer processes', count, 1)
    .option('--trainers <n>', 'trainer processes; 0: nothing is trained', wholeNumber, 1)
    .option('--demo', 'score the demo batch at the first start', false)
    .addOption(
      new Option('--storage <kind>', '`aws`: the buckets and queues that the environment names (AWS or LocalStack)')
        .choices(['embedded', 'aws'])
        .default('embedded'),
    )
    .action((flags: UpFlags) => up(flags, context));
}

async function up(flags: UpFlags, { config, output, signal }: CliContext): Promise<void> {
  const folder = flags.data ?? config.dataFolder;
  const stack = await startStack({
    ...flags,
    folder,
    aws: flags.storage === 'aws' ? awsStorage() : null,
    onLine: (name, line) => output.note(`[${name}] ${line}`),
    onRestart: (name, reason, delayMs) => output.note(`[${name}] ended (${reason}); starts again in ${delayMs} ms`),
  });
  try {
    const started = { url: stack.url, token: stack.token, folder, pids: stack.supervisor.pids() };
    if (flags.demo && !signal.aborted) await runDemo(stack, folder, output, signal);
    output.result(
      started,
      `API        ${stack.url}/graphql\ntoken      ${stack.token}\ndashboard  ${stack.url}/#token=${stack.token}\ndata       ${folder}\nCtrl-C stops it; everything is kept.`,
    );
    if (!signal.aborted) await once(signal, 'abort');
    output.note('stopping');
  } finally {
    await stack.stop();
  }
}

function awsStorage() {
  const { region, endpoint, buckets, queues } = readStorageConfig();
  return { kind: 'aws', region, endpoint, buckets, queues } as const;
}
