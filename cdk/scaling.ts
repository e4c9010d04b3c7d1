/**
 * The scaling policies, as data. The construct makes alarms and step policies of them (constructs/queueScaling.ts), and
 * the simulation runs them (bench/scaling.ts): both read the same numbers.
 *
 * Three things shape them:
 * - An alarm with a scaling action repeats it every minute for as long as it is in alarm. A rule "set to 0 where there
 *   is nothing to do" would be in alarm all night, and undo the planner's wake-up before the first message is counted.
 *   So a rule says when it looks: `always`, while some worker is `awake` or `working`, or while all are `asleep`.
 * - A queue that was idle for six hours sends its figures again up to fifteen minutes late. So the planner, which knows
 *   how many images there are, wakes the workers itself; rules only correct what it could not foresee.
 * - Depth is visible + in flight: a queue whose last message is being worked on is not empty. A busy worker is also
 *   protected from scale-in by ECS, so that a rule that errs costs money and never work.
 * - Depth is sampled, and a small batch comes and goes between two samples: who decides that nobody is needed also counts
 *   what was received.
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
  /** `working`: in minutes in which somebody runs and received something. */
  readonly looks: 'always' | 'awake' | 'working' | 'asleep';
  /** `activity`: depth, and messages received within the minute. */
  readonly measures: 'depth' | 'activity';
  readonly comparison: 'atLeast' | 'atMost';
  readonly threshold: number;
  /** In alarm where each of the last so many minutes is beyond the threshold. */
  readonly minutes: number;
  /** Of the samples within a minute, and of the minutes: a backlog has to last, a calm to be without exception. */
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

/** What a rule sees at times when it does not look: a figure it never acts on. */
export const NOT_LOOKING = { atLeast: 0, atMost: 1_000_000 } as const;

const SLEEP: ScalingRule = {
  id: 'Sleep',
  looks: 'awake',
  measures: 'activity',
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
        measures: 'depth',
        comparison: 'atLeast',
        threshold: 1,
        minutes: 10,
        aggregation: 'Minimum',
        adjustment: 'change',
        cooldownSeconds: 900,
        steps: [{ from: 1, workers: 1 }],
      },
      {
        // One at a time: the planner woke as many as the images are worth; this corrects a slow machine or a busy hour.
        id: 'Grow',
        looks: 'awake',
        measures: 'depth',
        comparison: 'atLeast',
        threshold: 8,
        minutes: 6,
        aggregation: 'Minimum',
        adjustment: 'change',
        cooldownSeconds: 600,
        steps: [
          { from: 8, to: 512, workers: 1 },
          { from: 512, workers: 2 },
        ],
      },
      {
        // Always something to do for half an hour, and never more than one message about: one worker is plenty. It does
        // not look at idle minutes, so that it never holds one worker awake while Sleep sends it to bed.
        id: 'Calm',
        looks: 'working',
        measures: 'depth',
        comparison: 'atMost',
        threshold: 1,
        minutes: 30,
        aggregation: 'Maximum',
        adjustment: 'exact',
        cooldownSeconds: 60,
        steps: [{ to: 1, workers: 1 }],
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
        measures: 'depth',
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
