/** `fiducial backup DIR`: a copy of an embedded stack's data folder, also while the stack runs. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FiducialError } from '../../domain/errors.ts';
import { DATABASE, openEmbedded } from '../../storage/embedded/index.ts';
import type { CliContext } from '../context.ts';

export function addBackupCommand(program: Command, { config, output }: CliContext): void {
  program
    .command('backup')
    .description(
      'copy the data folder of an embedded stack, also while it runs: everything as of one moment, each body checked',
    )
    .argument('<dir>', 'an empty folder, or one that is not there yet')
    .option('--data <dir>', 'the data folder; default: .fiducial')
    .action(async (to: string, flags: { readonly data?: string }) => {
      const folder = flags.data ?? config.dataFolder;
      await assertDataFolder(folder);
      const storage = await openEmbedded({ folder });
      try {
        const report = await storage.backup(to);
        const { objects, bodies, bytes } = report;
        const text = `${objects} objects, ${bodies} bodies, ${bytes} bytes, all checked; \`fiducial up --data ${to}\` runs on the copy`;
        output.result({ folder: resolve(folder), backup: resolve(to), ...report }, text);
      } finally {
        await storage.close();
      }
    });
}

/** Opening would make one. */
async function assertDataFolder(folder: string): Promise<void> {
  const found = await stat(join(folder, DATABASE)).catch(() => null);
  if (found?.isFile()) return;
  throw new FiducialError(
    'INVALID_INPUT',
    `Expected the data folder of a stack, but ${folder} has no ${DATABASE}; name it with --data`,
  );
}
