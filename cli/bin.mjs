#!/usr/bin/env node
/**
 * The `fiducial` command. Node 24 runs our TypeScript as it is; on an older one this hands over to the Node that the
 * project pins.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const pinned = join(here, '..', 'node_modules', 'node', 'bin', 'node');
const recent = Number(process.versions.node.split('.')[0]) >= 24;
if (!recent && !existsSync(pinned)) {
  console.error(
    `fiducial: expected Node 24 or the project's own, got ${process.version}; run \`npm ci\` in ${dirname(here)}`,
  );
  process.exit(2);
}
// Threads of libuv's pool are images decoded at once; set before the pool starts.
const env = { UV_THREADPOOL_SIZE: '4', MALLOC_ARENA_MAX: '2', ...process.env };
const flags = ['--disable-warning=ExperimentalWarning'];
const child = spawn(recent ? process.execPath : pinned, [...flags, join(here, 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 1);
});
