/**
 * Random kill -9 of the containers' own programs (functions/scorer.ts, functions/trainer.ts) and of their scoring
 * processes, on LocalStack with the storage stack as the CDK writes it, while messages to the scorers are lost and
 * doubled. Then the outcomes are compared with those of an undisturbed run of the same batch.
 *
 *   node bench/localstackKill.ts [--kills 50] [--trainerKills 2] [--images 5000] [--scorers 3] [--everySeconds 3]
 *                                [--leaseSeconds 10]
 *
 * A lease is ten seconds here instead of a minute (FIDUCIAL_LEASE_SECONDS), since each kill and each lost message costs
 * one before its shard goes on; the trainer's, of a minute and a half, runs out beside the scoring. 0 lost, 0 double,
 * 0 hung, predictions and metrics equal to the bit, one model a job, or it fails. Prints a table, writes
 * bench/results/localstackKill.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
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
import { enqueueTraining, readEpochs, readTraining } from '../training/ledger/index.ts';
import { listVersions } from '../training/registry.ts';
import {
  childrenOf,
  commitUploaded,
  imageKey,
  isDone,
  outcome,
  PROJECT,
  photographs,
  until,
  uploadBatch,
} from './embeddedStack.ts';
import { disturbance } from './localstackKill/disturbance.ts';
import { kill, Program } from './localstackKill/program.ts';

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    trainerKills: { type: 'string', default: '2' },
    images: { type: 'string', default: '5000' },
    scorers: { type: 'string', default: '3' },
    everySeconds: { type: 'string', default: '3' },
    leaseSeconds: { type: 'string', default: '10' },
  },
});
const images = Number(flags.images);
const leaseMs = 1000 * Number(flags.leaseSeconds);
const BATCH = 'faces';
const begun = performance.now();
const say = (line: string) => console.error(`${((performance.now() - begun) / 1000).toFixed(0)} s: ${line}`);
const killed: Record<string, number> = { scorer: 0, 'scoring process': 0, trainer: 0 };

function killing(pid: number, name: string): boolean {
  const hit = kill(pid);
  if (hit) killed[name] = (killed[name] ?? 0) + 1;
  return hit;
}

const localStack = await startLocalStack({ environment: process.env, say });
const deployed = await deployStorage(localStack.endpoint, `b${Date.now().toString(36).slice(-6)}`);
const environment = {
  ...deployed.environment,
  FIDUCIAL_LEASE_SECONDS: flags.leaseSeconds,
  FIDUCIAL_LOG_LEVEL: 'error',
};
const config = readStorageConfig(environment);
const storage = openAws({ ...config, credentials: CREDENTIALS }, config);
const disturbed = disturbance(storage.queues);
const stop = new AbortController();
const parts = {
  stores: storage.stores,
  queues: disturbed.queues,
  log: SILENT,
  now: () => new Date(),
  models: resolverOf(storedModels(storage.stores.models)),
  codeVersion: 'bench',
  newAttempt: () => Math.random().toString(36).slice(2),
  runs: new RunRecords(storage.stores.results),
};
await publishModels(storage.stores.models, 'models');
await uploadBatch(storage, BATCH, images, await photographs(20));
say(`${images} images are uploaded`);
const planner = runPlanner(parts, { signal: stop.signal, leaseSeconds: Number(flags.leaseSeconds) });
const scorers = Array.from({ length: Number(flags.scorers) }, () => new Program('functions/scorer.ts', environment));

/** A commit of the batch, from its event to its outcome. */
async function score(id: string, meanwhile: (over: () => Promise<boolean>) => Promise<void> = async () => {}) {
  const started = performance.now();
  const run = await commitUploaded(storage, BATCH, id);
  const over = () => isDone(storage, run);
  await meanwhile(over);
  // What was lost is sent again by the sweep, which here comes with every lease.
  let swept = Date.now();
  await until(async () => {
    if (Date.now() - swept > leaseMs) {
      swept = Date.now();
      await sweep(parts, { idleMs: 1.5 * leaseMs });
    }
    return over();
  }, 500);
  return { ...(await outcome(storage, run)), seconds: (performance.now() - started) / 1000 };
}

const undisturbed = await score('undisturbed');
const expected = JSON.stringify(undisturbed.predictions);
say(`undisturbed: ${undisturbed.seconds.toFixed(0)} s`);
disturbed.begin();
const training = train();
training.catch(() => {}); // said below
const found = { lost: 0, double: 0, predictionsEqual: true, metricsEqual: true, seconds: 0, rounds: 0 };
for (let left = Number(flags.kills); left > 0; found.rounds++) {
  const result = await score(`round-${found.rounds}`, async (over) => {
    while (left > 0 && !(await over())) {
      await delay(Math.random() * 2000 * Number(flags.everySeconds));
      const { pid } = scorers[Math.floor(Math.random() * scorers.length)]!;
      const [child] = childrenOf(pid);
      if (child && Math.random() < 0.5 ? killing(child, 'scoring process') : killing(pid, 'scorer')) left--;
    }
  });
  const keys = new Set(result.predictions.map(({ key }) => key));
  found.double += result.predictions.length - keys.size;
  found.lost += Array.from({ length: images }, (_, i) => imageKey(i)).filter((key) => !keys.has(key)).length;
  found.predictionsEqual &&= JSON.stringify(result.predictions) === expected;
  found.metricsEqual &&= result.metrics === undisturbed.metrics;
  found.seconds += result.seconds;
  say(`round ${found.rounds}: ${result.seconds.toFixed(0)} s, ${left} kills left, ${JSON.stringify(found)}`);
}
await Promise.all(scorers.map((scorer) => scorer.stop()));
const trained = await training;
stop.abort();
await planner;
const { dead } = await storage.queues.score.counts();
await storage.close();
await deployed.remove();
await localStack.stop();

/** A job whose trainer is killed after an epoch, or at its end, and goes on when the lease of the one before has run out. */
async function train() {
  const overrides = { 'synthetic.count': 40, epochs: 6 };
  const request = { project: PROJECT, recipe: 'nose', overrides, startedBy: 'bench', unique: 'kill' };
  const { training } = await enqueueTraining({ ...storage, now: () => new Date() }, request);
  const trainer = new Program('functions/trainer.ts', { ...environment, FIDUCIAL_BACKEND: 'wasm' });
  const view = async () => (await readTraining(storage.stores, PROJECT, training))!;
  const epochs = async () => (await readEpochs(storage.stores, PROJECT, training, 100)).epochs.length;
  for (let i = 0; i < Number(flags.trainerKills); i++) {
    const before = await epochs();
    await until(async () => (await epochs()) > before || (await view()).done !== null, 200);
    killing(trainer.pid, 'trainer');
    say(`the trainer was killed after epoch ${await epochs()}`);
  }
  await until(async () => (await view()).done !== null, 500);
  await trainer.stop();
  const done = (await view()).done!;
  say(`the training job ended: ${done.outcome}, ${done.epochs} epochs`);
  const models = (await listVersions(storage.stores.models, PROJECT, 'nose')).length;
  return { outcome: done.outcome, epochs: done.epochs, models };
}

const result = {
  bench: 'localstackKill',
  settings: flags,
  images,
  killed,
  messages: disturbed.messages,
  ...found,
  // One that hangs for an hour ends this program before it comes here.
  hung: 0,
  dead,
  undisturbedSeconds: undisturbed.seconds,
  training: trained,
};
console.table([{ ...result, settings: '', killed: JSON.stringify(killed), training: JSON.stringify(trained) }]);
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, load: loadavg()[0] };
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('results/localstackKill.json', import.meta.url),
  `${JSON.stringify({ machine, ...result }, null, 2)}\n`,
);
const whole = found.lost === 0 && found.double === 0 && found.predictionsEqual && found.metricsEqual;
process.exitCode = whole && trained.outcome === 'finished' && trained.models === 1 ? 0 : 1;
