/** Small file systems that one process and its children see, and that are gone when they are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../localstack/run.ts';

/** Of `unshare`, before a shell's script and its arguments. */
export const IN_OWN_MOUNTS = ['--map-root-user', '--mount', 'sh', '-c'] as const;

/** Whether `script` (sh, with `arg` as `$0` and a folder of its own as `$TMPDIR`) succeeds with mounts of its own. */
export async function mayMount(script: string, arg: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-test-'));
  const { status } = await run('unshare', [...IN_OWN_MOUNTS, script, arg], {
    timeoutMs: 30_000,
    env: { PATH: process.env.PATH, TMPDIR: folder },
  });
  await rm(folder, { recursive: true, force: true });
  return status === 0;
}
