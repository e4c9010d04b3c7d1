/** The `fiducial` command: parses arguments, gives the command its parts, turns errors into exit codes. */
import { Command, CommanderError } from 'commander';
import { readConfig } from './config.ts';
import type { CliContext } from './context.ts';
import { describeError, EXIT, exitCodeOf } from './exit.ts';
import { createOutput } from './output.ts';
import { CODE_VERSION } from './version.ts';

type AddCommands = (program: Command, context: CliContext) => void;

/** Loaded when asked for: the parts of training, of the API and of figures take a second each to load. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommands>>> = {
  backup: async () => (await import('./commands/backup.ts')).addBackupCommand,
  up: async () => (await import('./commands/up.ts')).addUpCommand,
  score: async () => (await import('./commands/score.ts')).addScoreCommand,
  upload: async () => (await import('./commands/upload.ts')).addUploadCommand,
  runs: async () => (await import('./commands/runs.ts')).addRunCommands,
  train: async () => (await import('./commands/train.ts')).addTrainCommands,
  model: async () => (await import('./commands/model.ts')).addModelCommands,
  dataset: async () => (await import('./commands/dataset.ts')).addDatasetCommands,
  report: async () => (await import('./commands/report.ts')).addReportCommand,
  kaggle: async () => (await import('./commands/kaggle.ts')).addKaggleCommand,
};

/** Commands that come with another one's module. */
const WITH: Readonly<Record<string, string>> = {
  run: 'runs',
  metrics: 'runs',
  predictions: 'runs',
  compare: 'runs',
  sweep: 'train',
};

async function build(argv: readonly string[], context: CliContext): Promise<Command> {
  const program = new Command('fiducial')
    .description('Facial keypoints at batch scale')
    .version(CODE_VERSION)
    .option('--json', 'one JSON object on standard output, everything else on standard error')
    .enablePositionalOptions()
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride();
  const named = argv.find((argument) => !argument.startsWith('-')) ?? '';
  const one = COMMANDS[WITH[named] ?? named];
  for (const load of one ? [one] : Object.values(COMMANDS)) (await load())(program, context);
  // Subcommands made above do not inherit it.
  for (const command of program.commands) command.exitOverride();
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
    const own = argv.filter((argument) => argument !== '--json');
    await (await build(own, context)).parseAsync(own, { from: 'user' });
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
