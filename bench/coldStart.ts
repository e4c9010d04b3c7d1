/**
 * How long Lambda's code takes to load: `node bench/coldStart.ts`. Bundles each Lambda as it is deployed and imports it
 * in fresh Node processes, beside one that imports nothing. Time on this machine's processor, not Lambda's: what can be
 * compared is one bundle with another, and today with yesterday.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, LAMBDAS } from '../cdk/bundle.ts';

const RUNS = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'fiducial-cold-'));

/** Milliseconds of processor time and of the clock that the import took, measured within the process. */
function importTime(file: string): { cpuMs: number; wallMs: number } {
  const program = `
    globalThis.awslambda = { streamifyResponse: (handler) => handler };
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    await import(${JSON.stringify(file)});
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs: performance.now() - wall }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`Expected the import of ${file} to work, got: ${stderr}`);
  }
}

const median = (values: number[]) => Math.round(values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!);

const rows = [];
for (const name of [...LAMBDAS]) {
  await bundle(name, join(folder, name));
  const file = join(folder, name, 'index.mjs');
  const times = Array.from({ length: RUNS }, () => importTime(`file://${file}`));
  rows.push({
    lambda: name,
    bytes: statSync(file).size,
    cpuMs: median(times.map(({ cpuMs }) => cpuMs)),
    wallMs: median(times.map(({ wallMs }) => wallMs)),
  });
}
console.table(rows);
rmSync(folder, { recursive: true, force: true });
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('results/coldStart.json', import.meta.url),
  `${JSON.stringify({ node: process.version, runs: RUNS, rows }, null, 2)}\n`,
);
