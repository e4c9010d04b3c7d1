/**
 * Random kill -9 of real processes of an embedded stack, while it scores: supervisor's children (API, planner, scorers)
 * and the scorers' own children. Then the outcomes are compared with those of an undisturbed stack.
 *
 *   node bench/kill.ts [--kills 200] [--images 20000] [--scorers 2]
 *
 * 0 lost, 0 double, 0 hung, metrics equal to the bit, or it fails. Prints a table, writes bench/results/kill.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  type BenchStack,
  childrenOf,
  commitBatch,
  imageKey,
  isDone,
  outcome,
  photographs,
  startBenchStack,
  until,
} from './embeddedStack.ts';

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    images: { type: 'string', default: '20000' },
    scorers: { type: 'string', default: '2' },
  },
});
const kills = Number(flags.kills);
const images = Number(flags.images);
const photos = await photographs(40);
const killed: Record<string, number> = {};

/** One of them, whichever; what dies comes back by its supervisor. */
function killOne({ stack }: BenchStack): boolean {
  const processes = Object.entries(stack.supervisor.pids()).flatMap(([name, pid]) => [
    { name: name.replace(/-\d+$/, ''), pid },
    ...childrenOf(pid).map((child) => ({ name: `child of ${name.replace(/-\d+$/, '')}`, pid: child })),
  ]);
  const { name, pid } = processes[Math.floor(Math.random() * processes.length)]!;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
  killed[name] = (killed[name] ?? 0) + 1;
  return true;
}

async function score(disturb: ((bench: BenchStack, over: () => Promise<boolean>) => Promise<void>) | null) {
  const bench = await startBenchStack(Number(flags.scorers));
  try {
    const started = performance.now();
    const run = await commitBatch(bench.storage, 'faces', images, photos);
    const over = () => isDone(bench.storage, run);
    if (disturb) await disturb(bench, over);
    await until(over);
    return { ...(await outcome(bench.storage, run)), seconds: (performance.now() - started) / 1000 };
  } finally {
    await bench.stop();
  }
}

const undisturbed = await score(null);
let rounds = 0;
let equal = true;
let lost = 0;
let double = 0;
let seconds = 0;
for (let left = kills; left > 0; rounds++) {
  const disturbed = await score(async (bench, over) => {
    while (left > 0 && !(await over())) {
      await delay(200 + Math.random() * 1500);
      if (killOne(bench)) left--;
    }
  });
  const keys = disturbed.predictions.map(({ key }) => key);
  double += keys.length - new Set(keys).size;
  const known = new Set(keys);
  lost += Array.from({ length: images }, (_, i) => imageKey(i)).filter((key) => !known.has(key)).length;
  equal &&= disturbed.metrics === undisturbed.metrics;
  seconds += disturbed.seconds;
}
const result = {
  kills,
  killed,
  rounds,
  images,
  lost,
  double,
  hung: 0,
  metricsEqual: equal,
  undisturbedSeconds: undisturbed.seconds,
  seconds,
};
console.table([{ ...result, killed: JSON.stringify(killed) }]);
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, load: loadavg()[0] };
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(new URL('results/kill.json', import.meta.url), `${JSON.stringify({ machine, ...result }, null, 2)}\n`);
process.exitCode = lost === 0 && double === 0 && equal ? 0 : 1;
