/**
 * The scaling policies, as data. The construct makes alarms and step policies of them (constructs/queueScaling.ts), and
 * the simulation runs them (bench/scaling.ts): both read the same numbers.
 *
 * Three things shape them:
 * - An alarm with a scaling action repeats it every minute for as long as it is in alarm. A rule "set to 0 where there
 *   is nothing to do" would be in alarm all night, and undo the planner's wake-up before the first message is counted.
 *   So a rule says when it looks: `always`, while some worker is `awake`, or while all are `asleep`.
 * - A queue that was idle for six hours sends its figures again up to fifteen minutes late. So the planner, which knows
 *   how many images there are, wakes the workers itself; rules only correct what it could not foresee.
 * - Depth is visible + in flight: a queue whose last message is being worked on is not empty. A busy worker is also
 *   protected from scale-in by ECS, so that a rule that errs costs money and never work.
 */

export interface ScalingStep {
  /** Depth from which it applies (with `atLeast`: included; with `atMost`: excluded). Absent: no lower end. */
  readonly from?: number;
  /** Depth up to which it applies (with `atLeast`: excluded; with `atMost`: included). Absent: no upper end. */
  readonly to?: number;
  /** Workers to set (`exact`) or to add (`change`). */
  readonly workers: number;
}

export interface ScalingRule {
  readonly id: string;
  readonly looks: 'always' | 'awake' | 'asleep';
  readonly comparison: 'atLeast' | 'atMost';
  readonly threshold: number;
  /** In alarm where the depth of each of the last so many minutes is beyond the threshold. */
  readonly minutes: number;
  readonly aggregation: 'Minimum' | 'Maximum';
  readonly adjustment: 'exact' | 'change';
  readonly cooldownSeconds: number;
  readonly steps: readonly ScalingStep[];
}

export interface ScalingPolicy {
  readonly minWorkers: 0;
  readonly maxWorkers: number;
  readonly rules: readonly ScalingRule[];
}

/** Images that one worker gets through in some ten minutes: what the planner divides a batch by when it wakes workers. */
export const IMAGES_PER_WOKEN_WORKER = { gpu: 150_000, cpu: 50_000 } as const;

/** What a rule that looks only while somebody is awake (or asleep) sees at other times: a depth it never acts on. */
export const NOT_LOOKING = { atLeast: 0, atMost: 1_000_000 } as const;

const SLEEP: ScalingRule = {
  id: 'Sleep',
  looks: 'awake',
  comparison: 'atMost',
  threshold: 0,
  minutes: 15,
  aggregation: 'Maximum',
  adjustment: 'exact',
  cooldownSeconds: 60,
  steps: [{ to: 0, workers: 0 }],
};

/** Shards take seconds. Workers are added where a backlog outlasts six minutes of those that are awake. */
export function scorePolicy(maxWorkers: number): ScalingPolicy {
  return {
    minWorkers: 0,
    maxWorkers,
    rules: [
      {
        // Work, and nobody awake: the planner's wake-up was lost.
        id: 'Rescue',
        looks: 'asleep',
        comparison: 'atLeast',
        threshold: 1,
        minutes: 10,
        aggregation: 'Minimum',
        adjustment: 'change',
        cooldownSeconds: 900,
        steps: [{ from: 1, workers: 1 }],
      },
      {
        id: 'Grow',
        looks: 'awake',
        comparison: 'atLeast',
        threshold: 8,
        minutes: 6,
        aggregation: 'Minimum',
        adjustment: 'change',
        cooldownSeconds: 600,
        steps: [
          { from: 8, to: 64, workers: 1 },
          { from: 64, to: 256, workers: 2 },
          { from: 256, workers: 4 },
        ],
      },
      {
        // Never more than one message about in half an hour: one worker is plenty.
        id: 'Calm',
        looks: 'awake',
        comparison: 'atMost',
        threshold: 1,
        minutes: 30,
        aggregation: 'Maximum',
        adjustment: 'exact',
        cooldownSeconds: 60,
        steps: [
          { to: 0, workers: 0 },
          { from: 0, to: 1, workers: 1 },
        ],
      },
      SLEEP,
    ],
  };
}

/** A training job takes minutes to hours and has a worker to itself, so there are as many workers as jobs. */
export function trainPolicy(maxWorkers: number): ScalingPolicy {
  const steps = Array.from({ length: maxWorkers }, (_, i) => ({
    from: i + 1,
    ...(i + 1 < maxWorkers ? { to: i + 2 } : {}),
    workers: i + 1,
  }));
  return {
    minWorkers: 0,
    maxWorkers,
    rules: [
      {
        id: 'Jobs',
        looks: 'always',
        comparison: 'atLeast',
        threshold: 1,
        minutes: 1,
        aggregation: 'Maximum',
        adjustment: 'exact',
        cooldownSeconds: 60,
        steps,
      },
      SLEEP,
    ],
  };
}
