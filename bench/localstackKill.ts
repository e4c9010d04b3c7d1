/**
 * Random kill -9 of the containers' own programs (functions/scorer.ts, functions/trainer.ts) and of their scoring
 * processes, on LocalStack with the storage stack as the CDK writes it, while messages to the scorers are lost and
 * doubled. Then the outcomes are compared with those of an undisturbed run of the same batch.
 *
 *   node bench/localstackKill.ts [--kills 50] [--trainerKills 2] [--images 5000] [--scorers 2] [--everySeconds 5]
 *
 * A lease is a minute, a trainer's a minute and a half: some twenty minutes with the defaults. 0 lost, 0 double, 0 hung,
 * metrics equal to the bit, one model a job, or it fails. Prints a table, writes bench/results/localstackKill.json.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readStorageConfig } from '../functions/config.ts';
import { resolverOf, storedModels } from '../functions/models.ts';
import { publishModels } from '../functions/publish.ts';
import { deployStorage } from '../localstack/deploy.ts';
import { CREDENTIALS } from '../localstack/settings.ts';
import { startLocalStack } from '../localstack/start.ts';
import { SILENT } from '../scoring/ports.ts';
import { RunRecords } from '../scoring/runRecords.ts';
import { sweep } from '../scoring/sweep.ts';
import { runPlanner } from '../scoring/worker/loop.ts';
import { openAws } from '../storage/aws/index.ts';
import { type Interceptor, interceptQueues } from '../storage/intercept.ts';
import type { JobQueue } from '../storage/ports.ts';
import { enqueueTraining, readTraining } from '../training/ledger/index.ts';
import { listVersions } from '../training/registry.ts';
import { childrenOf, commitBatch, imageKey, isDone, outcome, PROJECT, photographs, until } from './embeddedStack.ts';

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    trainerKills: { type: 'string', default: '2' },
    images: { type: 'string', default: '5000' },
    scorers: { type: 'string', default: '2' },
    everySeconds: { type: 'string', default: '5' },
  },
});
const images = Number(flags.images);
const say = (line: string) => console.error(line);
const killed: Record<string, number> = { scorer: 0, 'scoring process': 0, trainer: 0 };
const messages = { lost: 0, doubled: 0 };

/** A program of a container, started again when it ends, as ECS does. */
class Program {
  readonly #start: () => ChildProcess;
  #process: ChildProcess;
  #over = false;

  constructor(file: string, environment: Readonly<Record<string, string>>) {
    const TMPDIR = mkdtempSync(join(tmpdir(), 'fiducial-bench-'));
    this.#start = () => {
      const child = spawn(process.execPath, [file], {
        env: { PATH: process.env.PATH ?? '', ...environment, TMPDIR },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      child.once('exit', () => {
        if (this.#over) rmSync(TMPDIR, { recursive: true, force: true });
        else this.#process = this.#start();
      });
      return child;
    };
    this.#process = this.#start();
  }

  get pid(): number {
    return this.#process.pid!;
  }

  async stop(): Promise<void> {
    this.#over = true;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exited;
  }
}

function kill(pid: number, name: string): boolean {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
  killed[name] = (killed[name] ?? 0) + 1;
  return true;
}

const localStack = await startLocalStack({ environment: process.env, say });
const deployed = await deployStorage(localStack.endpoint, `b${Date.now().toString(36).slice(-6)}`);
const config = readStorageConfig(deployed.environment);
const storage = openAws({ ...config, credentials: CREDENTIALS }, config);
await publishModels(storage.stores.models, 'models');

/** Of the planner's messages, one in twenty goes nowhere and one in twenty arrives twice. */
const disturb: Interceptor = async (call, proceed) => {
  if (call.target !== 'score' || call.method !== 'sendAll') return proceed();
  const [all] = call.args as [Parameters<JobQueue['sendAll']>[0]];
  const sent = all.flatMap((message) => {
    const chance = Math.random();
    if (chance < 0.05) messages.lost++;
    else if (chance < 0.1) messages.doubled++;
    return chance < 0.05 ? [] : chance < 0.1 ? [message, message] : [message];
  });
  return storage.queues.score.sendAll(sent);
};

let disturbed = false;
const stop = new AbortController();
const parts = {
  stores: storage.stores,
  queues: interceptQueues(storage.queues, (call, proceed) => (disturbed ? disturb(call, proceed) : proceed())),
  log: SILENT,
  now: () => new Date(),
  models: resolverOf(storedModels(storage.stores.models)),
  codeVersion: 'bench',
  newAttempt: () => Math.random().toString(36).slice(2),
  runs: new RunRecords(storage.stores.results),
};
const planner = runPlanner(parts, { signal: stop.signal });
const scorers = Array.from(
  { length: Number(flags.scorers) },
  () => new Program('functions/scorer.ts', deployed.environment),
);

async function score(batch: string, meanwhile: (over: () => Promise<boolean>) => Promise<void>) {
  const started = performance.now();
  const run = await commitBatch(storage, batch, images, photos);
  const over = () => isDone(storage, run);
  await meanwhile(over);
  // What was lost is sent again by the sweep, which here comes every minute.
  let swept = Date.now();
  await until(async () => {
    if (Date.now() - swept > 60_000) {
      swept = Date.now();
      await sweep(parts, { idleMs: 90_000 });
    }
    return over();
  }, 500);
  return { ...(await outcome(storage, run)), seconds: (performance.now() - started) / 1000 };
}

const photos = await photographs(20);
const undisturbed = await score('undisturbed', async () => {});
say(`undisturbed: ${undisturbed.seconds.toFixed(0)} s`);
disturbed = true;
let lost = 0;
let double = 0;
let equal = true;
let seconds = 0;
let rounds = 0;
for (let left = Number(flags.kills); left > 0; rounds++) {
  const result = await score(`round-${rounds}`, async (over) => {
    while (left > 0 && !(await over())) {
      await delay(Math.random() * 2000 * Number(flags.everySeconds));
      const { pid } = scorers[Math.floor(Math.random() * scorers.length)]!;
      const [child] = childrenOf(pid);
      if (child && Math.random() < 0.5 ? kill(child, 'scoring process') : kill(pid, 'scorer')) left--;
    }
  });
  const keys = new Set(result.predictions.map(({ key }) => key));
  double += result.predictions.length - keys.size;
  lost += Array.from({ length: images }, (_, i) => imageKey(i)).filter((key) => !keys.has(key)).length;
  equal &&= result.metrics === undisturbed.metrics;
  seconds += result.seconds;
  say(`round ${rounds}: ${result.seconds.toFixed(0)} s, ${left} kills left`);
}
await Promise.all(scorers.map((scorer) => scorer.stop()));

const overrides = { 'synthetic.count': 40, epochs: 6 };
const request = { project: PROJECT, recipe: 'nose', overrides, startedBy: 'bench', unique: 'kill' };
const { training } = await enqueueTraining({ ...storage, now: () => new Date() }, request);
const trainer = new Program('functions/trainer.ts', { ...deployed.environment, FIDUCIAL_BACKEND: 'wasm' });
const view = async () => (await readTraining(storage.stores, PROJECT, training))!;
for (let i = 0; i < Number(flags.trainerKills); i++) {
  // After another epoch, or at its end.
  const before = (await epochsOf()).length;
  await until(async () => (await epochsOf()).length > before || (await view()).done !== null, 200);
  kill(trainer.pid, 'trainer');
}
await until(async () => (await view()).done !== null, 500);
await trainer.stop();
const trained = (await view()).done!;
const models = (await listVersions(storage.stores.models, PROJECT, 'nose')).length;

async function epochsOf() {
  const { readEpochs } = await import('../training/ledger/index.ts');
  return (await readEpochs(storage.stores, PROJECT, training, 100)).epochs;
}

stop.abort();
await planner;
const { dead } = await storage.queues.score.counts();
await storage.close();
await deployed.remove();
await localStack.stop();
const result = {
  images,
  killed,
  messages,
  rounds,
  lost,
  double,
  dead,
  metricsEqual: equal,
  undisturbedSeconds: undisturbed.seconds,
  seconds,
  training: { outcome: trained.outcome, epochs: trained.epochs, models },
};
console.table([{ ...result, killed: JSON.stringify(killed), training: JSON.stringify(result.training) }]);
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, load: loadavg()[0] };
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('results/localstackKill.json', import.meta.url),
  `${JSON.stringify({ machine, ...result }, null, 2)}\n`,
);
process.exitCode = lost === 0 && double === 0 && equal && trained.outcome === 'finished' && models === 1 ? 0 : 1;
