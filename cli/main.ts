/** The `fiducial` command: parses arguments, gives the command its parts, turns errors into exit codes. */
import { Command, CommanderError } from 'commander';
import { addDatasetCommands } from './commands/dataset.ts';
import { addModelCommands } from './commands/model.ts';
import { addReportCommand } from './commands/report.ts';
import { addRunCommands } from './commands/runs.ts';
import { addScoreCommand } from './commands/score.ts';
import { addTrainCommands } from './commands/train.ts';
import { addUpCommand } from './commands/up.ts';
import { addUploadCommand } from './commands/upload.ts';
import { readConfig } from './config.ts';
import type { CliContext } from './context.ts';
import { describeError, EXIT, exitCodeOf } from './exit.ts';
import { createOutput } from './output.ts';
import { CODE_VERSION } from './version.ts';

function build(context: CliContext): Command {
  const program = new Command('fiducial')
    .description('Facial keypoints at batch scale')
    .version(CODE_VERSION)
    .option('--json', 'one JSON object on standard output, everything else on standard error')
    .enablePositionalOptions()
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride();
  for (const add of [
    addUpCommand,
    addScoreCommand,
    addUploadCommand,
    addRunCommands,
    addTrainCommands,
    addModelCommands,
    addDatasetCommands,
    addReportCommand,
  ]) {
    add(program, context);
  }
  return program;
}

/** Subcommands take `--json` before or after their name. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json');
}

async function main(argv: readonly string[]): Promise<void> {
  const debug = ['1', 'true'].includes(process.env.FIDUCIAL_DEBUG ?? '');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // A reader that closes early (`| head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    const context: CliContext = {
      config: readConfig(process.env),
      output: createOutput(wantsJson(argv), process.stdout, process.stderr),
      signal: stop.signal,
      exitWith: (code) => {
        process.exitCode = code;
      },
    };
    await build(context).parseAsync(
      argv.filter((argument) => argument !== '--json'),
      { from: 'user' },
    );
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    process.stderr.write(`${describeError(error, debug)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

await main(process.argv.slice(2));
