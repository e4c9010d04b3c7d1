import { describe, expect, it } from 'vitest';
import { StepScaling, seen, stepFor } from '../../bench/scaling/alarms.ts';
import { ASSUMED, batch, type Compute, scoring, stream, training } from '../../bench/scaling/scenarios.ts';
import { flaps, type Scenario, simulate } from '../../bench/scaling/simulation.ts';
import { scorePolicy, trainPolicy } from '../../cdk/scaling.ts';

const minute = (depth: number, running: number, received = 0) => ({
  depth: { Minimum: depth, Maximum: depth },
  received,
  running: running || null,
});
const both: Compute[] = ['gpu', 'cpu'];

describe('the scaling rules', () => {
  it('have one step for every depth that puts them in alarm, and no gap between steps', () => {
    for (const { rules } of [scorePolicy(4), trainPolicy(3)]) {
      for (const rule of rules) {
        for (const depth of [0, 1, 2, 7, 8, 63, 511, 512, 100_000]) {
          const breaching = rule.comparison === 'atLeast' ? depth >= rule.threshold : depth <= rule.threshold;
          if (breaching) expect(stepFor(rule, depth), `${rule.id} at ${depth}`).toBeDefined();
        }
      }
    }
  });

  it('leave a sleeping service alone, however long it sleeps, so that a wake-up is not undone', () => {
    const scaling = new StepScaling(scorePolicy(4));
    const night = Array.from({ length: 60 }, () => minute(0, 0));
    expect(scaling.decide(0, night, 0)).toBeNull();
    expect(scaling.decide(60, night, 1)).toBeNull();
  });

  it('never hold a worker awake and send it to sleep at once', () => {
    const [calm, sleep] = ['Calm', 'Sleep'].map((id) => scorePolicy(4).rules.find((rule) => rule.id === id)!);
    for (const depth of [0, 1, 2]) {
      for (const received of [0, 1, 50]) {
        const figures = minute(depth, 2, received);
        const calmed = seen(calm!, figures) <= calm!.threshold;
        const asleep = seen(sleep!, figures) <= sleep!.threshold;
        expect(calmed && asleep, `${depth} ${received}`).toBe(false);
      }
    }
  });
});

describe('scaling, simulated with the rules that are deployed', () => {
  const bursts: [images: number, compute: Compute, drained: number, workers: number][] = [
    [10, 'gpu', 5, 1],
    [1_000, 'gpu', 5, 1],
    [1_000_000, 'gpu', 20, 4],
    [10, 'cpu', 4, 1],
    [1_000, 'cpu', 4, 1],
    [1_000_000, 'cpu', 50, 4],
  ];
  it.each(bursts)(
    'scores a burst of %i images on %s within %i minutes, with %i workers, then sleeps',
    (images, compute, drained, workers) => {
      const outcome = simulate(scoring(compute, [batch(0, images, compute)]));
      expect(outcome.drainedAt! / 60).toBeLessThan(drained);
      expect(outcome.peakWorkers).toBe(workers);
      // Fifteen idle minutes, the lag of the figures, and the minute in which an alarm is looked at.
      expect((outcome.asleepAt! - outcome.drainedAt!) / 60).toBeLessThan(20);
      expect(outcome.changes.map(({ why }) => why)).toEqual(['wake', 'Sleep']);
      expect(outcome.busyKilled).toBe(0);
    },
  );

  it('wakes workers by itself where the planner’s wake-up was lost, within a quarter of an hour', () => {
    for (const compute of both) {
      const { changes, drainedAt } = simulate(scoring(compute, [batch(0, 10, compute, false)]));
      expect(changes[0]!.why).toBe('Rescue');
      expect(changes[0]!.at).toBeLessThan(900);
      expect(drainedAt).not.toBeNull();
    }
  });

  it('is not misled by figures that come a quarter of an hour late after an idle night', () => {
    const { changes, drainedAt } = simulate({
      ...scoring('gpu', [batch(0, 1_000_000, 'gpu')]),
      figuresLateSeconds: 900,
    });
    expect(changes.map(({ why }) => why)).toEqual(['wake', 'Sleep']);
    expect(drainedAt).not.toBeNull();
  });

  it('stays awake, with one worker, while small batches come and go between two samples', () => {
    const trickle = Array.from({ length: 120 }, (_, i) => batch(i * 30, 10, 'gpu'));
    const { changes, peakWorkers } = simulate(scoring('gpu', trickle));
    expect(changes.map(({ why }) => why)).toEqual(['wake', 'Sleep']);
    expect(peakWorkers).toBe(1);
  });

  it('goes back to one worker where little is left to do, and not to none', () => {
    const rest = Array.from({ length: 240 }, (_, i) => batch(3600 + i * 30, 10, 'gpu'));
    const { changes } = simulate(
      scoring(
        'gpu',
        [batch(0, 1_000_000, 'gpu'), ...rest].map((a, i) => (i === 0 ? { ...a, at: 2700 } : a)),
      ),
    );
    expect(changes.map(({ why, to }) => `${why} ${to}`)).toEqual(['wake 4', 'Calm 1', 'Sleep 0']);
  });

  it('neither flaps nor kills a busy worker, and ends asleep, under random loads', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const compute = both[seed % 2]!;
      const rate = ASSUMED[compute].imagesPerSecond * [0.1, 0.5, 1.2, 3][seed % 4]!;
      const load = stream(compute, rate, [500, 2_000, 60_000][seed % 3]!, 2, seed);
      const outcome = simulate(scoring(compute, load));
      expect(flaps(outcome.changes), `seed ${seed}: ${JSON.stringify(outcome.changes)}`).toBe(0);
      expect(outcome.busyKilled).toBe(0);
      expect(outcome.asleepAt).not.toBeNull();
    }
  });

  it('gives each training job a worker of its own up to the limit, and spares the one that still trains', () => {
    const jobs: Scenario = training([
      { at: 0, seconds: 30_000 },
      { at: 0, seconds: 120 },
    ]);
    const spared = simulate(jobs);
    expect(spared.peakWorkers).toBe(2);
    expect(spared.busyKilled).toBe(0);
    expect(spared.drainedAt!).toBeLessThan(30_000 + 300);
    // Without protection the same rules would have killed a trainer: protection is what this test is about.
    const reversed = training([
      { at: 0, seconds: 900 },
      { at: 0, seconds: 30_000 },
    ]);
    expect(simulate({ ...reversed, protectsBusy: false }).busyKilled).toBeGreaterThan(0);
    expect(simulate(reversed).busyKilled).toBe(0);
  });
});
