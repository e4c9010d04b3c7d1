/**
 * How the scaling rules behave: `node bench/scaling.ts`. Prints a table and writes bench/results/scaling.json.
 * Everything comes from cdk/scaling.ts, which is deployed, and from the assumptions of bench/scaling/scenarios.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { ASSUMED, batch, type Compute, scoring, stream, training } from './scaling/scenarios.ts';
import { flaps, type Scenario, simulate } from './scaling/simulation.ts';

const minutes = (seconds: number | null) => (seconds === null ? null : Math.round(seconds / 6) / 10);

function loads(compute: Compute): Record<string, Scenario> {
  const one = (images: number) => scoring(compute, [batch(0, images, compute)]);
  const capacity = ASSUMED[compute].imagesPerSecond;
  return {
    '10 images': one(10),
    '1,000 images': one(1_000),
    '16,000 images, 1,000 shards': one(16_000),
    '1,000,000 images': one(1_000_000),
    '1,000,000 images, wake-up lost': scoring(compute, [batch(0, 1_000_000, compute, false)]),
    '1,000,000 images after an idle night': { ...one(1_000_000), figuresLateSeconds: 900 },
    'ten images every half minute, 3 h': scoring(
      compute,
      Array.from({ length: 360 }, (_, i) => batch(i * 30, 10, compute)),
    ),
    'half of one worker, 4 h': scoring(compute, stream(compute, capacity * 0.5, 5_000, 4, 1)),
    'one and a half workers, 4 h': scoring(compute, stream(compute, capacity * 1.5, 5_000, 4, 2)),
    'two bursts, 20 minutes apart': scoring(compute, [batch(0, 200_000, compute), batch(2400, 200_000, compute)]),
  };
}

const trainings: Record<string, Scenario> = {
  'a job of ten hours': training([{ at: 0, seconds: 36_000 }]),
  'a sweep of nine short jobs': training(Array.from({ length: 9 }, () => ({ at: 0, seconds: 150 }))),
};

function row(compute: string, load: string, scenario: Scenario) {
  const { drainedAt, asleepAt, peakWorkers, workerSeconds, busyKilled, changes } = simulate(scenario);
  return {
    compute,
    load,
    drainedMinutes: minutes(drainedAt),
    asleepMinutes: minutes(asleepAt),
    peakWorkers,
    workerMinutes: minutes(workerSeconds),
    changes: changes.length,
    flaps: flaps(changes),
    busyKilled,
  };
}

const rows = [
  ...(['gpu', 'cpu'] as const).flatMap((compute) =>
    Object.entries(loads(compute)).map(([load, scenario]) => row(compute, load, scenario)),
  ),
  ...Object.entries(trainings).map(([load, scenario]) => row('training', load, scenario)),
];
console.table(rows);
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('results/scaling.json', import.meta.url),
  `${JSON.stringify({ assumed: ASSUMED, rows }, null, 2)}\n`,
);
