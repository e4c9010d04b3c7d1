/**
 * Random kill -9 of real processes of embedded stacks that score, train and answer: planner, scorers, the scorers' own
 * children, whoever finishes a run, trainer, API, and all of a stack at once. What is left is compared with what an
 * undisturbed stack leaves.
 *
 *   node bench/kill.ts [--kills 200] [--a-round 20] [--images 4000] [--scorers 2] [--epochs 60]
 *
 * 0 lost, 0 double, 0 hung, predictions, metrics and the trained model equal to the bit, every answer of the API right,
 * or it fails. A round is one batch, one training job and 20 kills; two to four minutes, since leases run out by the
 * clock (60 s a message, 90 s a training job). Prints a table, writes bench/results/kill.json.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeSyntheticSet } from '../training/synthetic/writeSyntheticSet.ts';
import { imageKey, photographs } from './embeddedStack.ts';
import { comes, type Outcome, round, type Setting, type Under } from './kill/round.ts';
import { kill, type Victim } from './kill/victims.ts';

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    'a-round': { type: 'string', default: '20' },
    images: { type: 'string', default: '4000' },
    scorers: { type: 'string', default: '2' },
    epochs: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const [kills, aRound, images] = [Number(flags.kills), Number(flags['a-round']), Number(flags.images)];
const killed: Record<string, number> = {};
const count = (kind: string) => {
  killed[kind] = (killed[kind] ?? 0) + 1;
};

/** Each as likely as its number says. The trainer: only while it trains, since a dead one's lease takes 90 s to end. */
const WEIGHTS: Readonly<Record<string, number>> = { planner: 2, api: 2, scorer: 3, 'child of scorer': 5, trainer: 2 };
const TRAINER_KILLS_A_ROUND = 2;

let state = Number(flags.seed);
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 4_294_967_296;
}

function pick(victims: readonly Victim[]): Victim | undefined {
  const kinds = [...new Set(victims.map(({ kind }) => kind))];
  const kind = among(kinds.flatMap((one) => Array.from({ length: WEIGHTS[one] ?? 0 }, () => one)));
  return among(victims.filter((one) => one.kind === kind));
}

function among<T>(all: readonly T[]): T | undefined {
  return all[Math.floor(random() * all.length)];
}

/** So many kills: most at random moments, one of the whole stack, the last of whoever finishes the run. */
async function disturb(under: Under, wanted: number): Promise<number> {
  let done = 0;
  let trainers = 0;
  let epochsAtKill = -1;
  const stackAt = Math.floor(random() * (wanted - 1));
  while (done < wanted - 1 && !(await under.over())) {
    await delay(100 + random() * 900);
    if (done === stackAt) {
      await under.victims.killAll();
      count('the whole stack');
      done++;
      continue;
    }
    const { epochs, runs } = await under.training();
    const trains = runs && epochs > epochsAtKill && trainers < TRAINER_KILLS_A_ROUND;
    const victim = pick((await under.victims.all()).filter(({ kind }) => kind !== 'trainer' || trains));
    if (!victim || !kill(victim)) continue;
    if (victim.kind === 'trainer') {
      trainers++;
      // Whoever goes on has done more than the one that died.
      epochsAtKill = epochs;
    }
    count(victim.kind);
    done++;
  }
  if (!(await comes(under.finishing, under.over))) return done;
  await delay(random() * 100);
  const finishers = (await under.victims.all()).filter(({ kind }) => kind === 'scorer');
  if (!(await under.finishing())) return done;
  for (const finisher of finishers) kill(finisher);
  count('the finisher');
  return done + 1;
}

const faces = mkdtempSync(join(tmpdir(), 'fiducial-kill-faces-'));
try {
  await writeSyntheticSet(faces, 48, 1, { layout: 'nose1' });
  const setting: Setting = {
    images,
    scorers: Number(flags.scorers),
    photos: await photographs(40),
    faces,
    epochs: Number(flags.epochs),
    hungAfterMs: 1_800_000,
  };
  const undisturbed = await round(setting, async () => {});
  console.error(`undisturbed: ${undisturbed.seconds.toFixed(0)} s`);
  const total = { lost: 0, double: 0, hung: 0, epochsLost: 0, wrongAnswers: 0, unequal: [] as string[], seconds: 0 };
  const asked = { answered: 0, unanswered: 0, longestSilenceSeconds: 0 };
  let [rounds, left] = [0, kills];
  for (; left > 0; rounds++) {
    const wanted = Math.min(left, aRound);
    const one = await round(setting, async (under) => {
      left -= await disturb(under, wanted);
    });
    compare(one, undisturbed, total);
    asked.answered += one.asked.answered;
    asked.unanswered += one.asked.unanswered;
    asked.longestSilenceSeconds = Math.max(asked.longestSilenceSeconds, one.asked.longestSilenceSeconds);
    console.error(`round ${rounds + 1}: ${one.seconds.toFixed(0)} s, ${left} kills left`);
  }
  const result = { kills, killed, rounds, images, ...total, asked, undisturbedSeconds: undisturbed.seconds };
  console.table([{ ...result, killed: JSON.stringify(killed), asked: JSON.stringify(asked) }]);
  const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, load: loadavg()[0] };
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  const settings = { ...flags };
  writeFileSync(
    new URL('results/kill.json', import.meta.url),
    `${JSON.stringify({ bench: 'kill', machine, settings, ...result }, null, 2)}\n`,
  );
  const { lost, double, hung, epochsLost, wrongAnswers, unequal } = total;
  process.exitCode = lost + double + hung + epochsLost + wrongAnswers + unequal.length === 0 ? 0 : 1;
} finally {
  rmSync(faces, { recursive: true, force: true });
}

interface Total {
  lost: number;
  double: number;
  hung: number;
  epochsLost: number;
  wrongAnswers: number;
  unequal: string[];
  seconds: number;
}

function compare(one: Outcome, undisturbed: Outcome, total: Total): void {
  total.seconds += one.seconds;
  total.wrongAnswers += one.asked.wrong.length;
  if (one.asked.wrong.length > 0) console.error(one.asked.wrong.slice(0, 5));
  if (one.hung) {
    total.hung++;
    return;
  }
  const known = new Set(one.keys);
  total.double += one.keys.length - known.size;
  total.lost += Array.from({ length: images }, (_, i) => imageKey(i)).filter((key) => !known.has(key)).length;
  total.epochsLost += undisturbed.epochs - one.epochs;
  for (const part of ['predictions', 'metrics', 'training'] as const) {
    if (one[part] === undisturbed[part]) continue;
    total.unequal.push(part);
    console.error(`${part}: expected ${undisturbed[part]?.slice(0, 400)}, got ${one[part]?.slice(0, 400)}`);
  }
}
