/** Commands run in this process, with what they print. */
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { readConfig } from '../../cli/config.ts';
import type { CliContext } from '../../cli/context.ts';
import { createOutput } from '../../cli/output.ts';

type Add = (program: Command, context: CliContext) => void;

/** What `--json` prints. Throws what the command throws. */
export async function runJson(add: Add, dataFolder: string, argv: readonly string[]): Promise<unknown> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stderr.resume();
  const stream = (one: PassThrough) => one as unknown as NodeJS.WriteStream;
  const context: CliContext = {
    config: readConfig({ FIDUCIAL_DATA: dataFolder }),
    output: createOutput(true, stream(stdout), stream(stderr)),
    signal: new AbortController().signal,
    exitWith: () => {},
  };
  const quiet = { writeErr: () => {}, writeOut: () => {} };
  const program = new Command('fiducial').exitOverride().configureOutput(quiet);
  add(program, context);
  for (const command of program.commands) {
    for (const one of [command, ...command.commands]) one.exitOverride().configureOutput(quiet);
  }
  await program.parseAsync(argv, { from: 'user' });
  stdout.end();
  return JSON.parse(Buffer.concat(await stdout.toArray()).toString('utf8'));
}
