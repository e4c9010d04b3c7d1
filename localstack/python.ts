/** LocalStack's Python install: hash-locked, in a virtual environment that all checkouts of one lock share. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

const REQUIREMENTS = new URL('./requirements.txt', import.meta.url).pathname;
/** The lock was made for 3.11; its hashes cover the wheels of these. */
const CANDIDATES = ['python3.11', 'python3', 'python3.12'];
const CHECK = 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))';
const INSTALL_TIMEOUT_MS = 600_000;

export type Say = (line: string) => void;

/** The Python that has LocalStack, or why there is none. */
export type PythonInstall = { readonly python: string } | { readonly missing: string };

/** Installs once (about a minute), then answers at once. Several processes may ask at the same time. */
export async function pythonWithLocalStack(say: Say): Promise<PythonInstall> {
  const digest = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  const cache = join(homedir(), '.cache', 'fiducial', 'localstack');
  const venv = join(cache, `venv-${digest.slice(0, 16)}`);
  const python = join(venv, 'bin', 'python');
  if (await exists(python)) return { python };
  const base = await findPython();
  if (!base) return { missing: 'no Python 3.11 or 3.12 with venv was found' };
  say('fiducial: installing LocalStack for its first use; about a minute, 240 MB');
  await mkdir(cache, { recursive: true });
  const aside = `${venv}.${process.pid}`;
  const problem = await install(base, aside);
  if (problem) {
    await rm(aside, { recursive: true, force: true });
    return { missing: problem };
  }
  // Whoever comes second finds the name taken, by the same content.
  await rename(aside, venv).catch(() => rm(aside, { recursive: true, force: true }));
  return (await exists(python)) ? { python } : { missing: `the install in ${venv} is incomplete; remove it` };
}

async function install(base: string, folder: string): Promise<string | null> {
  const made = await run(base, ['-m', 'venv', folder], { timeoutMs: INSTALL_TIMEOUT_MS });
  if (made.status !== 0) return `a virtual environment could not be made: ${lastLine(made.output)}`;
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    REQUIREMENTS,
  ];
  const installed = await run(join(folder, 'bin', 'python'), pip, { timeoutMs: INSTALL_TIMEOUT_MS });
  return installed.status === 0 ? null : `pip could not install it: ${lastLine(installed.output)}`;
}

async function findPython(): Promise<string | null> {
  for (const candidate of CANDIDATES) {
    if ((await run(candidate, ['-c', CHECK], { timeoutMs: 20_000 })).status === 0) return candidate;
  }
  return null;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
