/** CloudWatch alarms and Application Auto Scaling step policies, as their documentation says they act, minute by minute. */
import { NOT_LOOKING, type ScalingPolicy, type ScalingRule, type ScalingStep } from '../../cdk/scaling.ts';

/** One minute of a queue and its workers. Null where no figure was sent. */
export interface Minute {
  /** Least and most of what was sampled within it. */
  readonly depth: { readonly Minimum: number; readonly Maximum: number } | null;
  readonly received: number | null;
  readonly running: number | null;
}

export interface Decision {
  readonly rule: string;
  readonly to: number;
}

/** What the metric expression of a rule gives for a minute: FILL makes 0 of what is missing. */
export function seen(rule: ScalingRule, minute: Minute): number {
  const depth = minute.depth?.[rule.aggregation] ?? 0;
  const received = minute.received ?? 0;
  const awake = (minute.running ?? 0) > 0;
  const looks = { always: true, awake, working: awake && received > 0, asleep: !awake };
  if (!looks[rule.looks]) return NOT_LOOKING[rule.comparison];
  return rule.measures === 'activity' ? depth + received : depth;
}

function inAlarm(rule: ScalingRule, values: readonly number[]): boolean {
  const breaches = (value: number) =>
    rule.comparison === 'atLeast' ? value >= rule.threshold : value <= rule.threshold;
  return values.length === rule.minutes && values.every(breaches);
}

/** With `atLeast`, lower ends belong to a step; with `atMost`, upper ends do. */
export function stepFor(rule: ScalingRule, value: number): ScalingStep | undefined {
  return rule.steps.find(({ from = -Infinity, to = Infinity }) =>
    rule.comparison === 'atLeast' ? value >= from && value < to : value > from && value <= to,
  );
}

interface Cooldown {
  readonly until: number;
  /** What the activity that began it added. */
  readonly added: number;
}

/** Evaluates every rule once a minute. A rule in alarm acts every minute, within its cooldown. */
export class StepScaling {
  readonly #policy: ScalingPolicy;
  readonly #cooldowns = new Map<string, Cooldown>();

  constructor(policy: ScalingPolicy) {
    this.#policy = policy;
  }

  /** `minutes`: what CloudWatch has by now, newest last. Where several rules act, the largest capacity wins. */
  decide(now: number, minutes: readonly Minute[], desired: number): Decision | null {
    const { minWorkers, maxWorkers, rules } = this.#policy;
    let best: Decision | null = null;
    for (const rule of rules) {
      const to = this.#wanted(rule, now, minutes, desired);
      if (to === null) continue;
      const bounded = Math.min(maxWorkers, Math.max(minWorkers, to));
      if (!best || bounded > best.to) best = { rule: rule.id, to: bounded };
    }
    if (!best || best.to === desired) return null;
    const rule = rules.find(({ id }) => id === best.rule)!;
    this.#cooldowns.set(rule.id, { until: now + rule.cooldownSeconds, added: Math.max(0, best.to - desired) });
    return best;
  }

  #wanted(rule: ScalingRule, now: number, minutes: readonly Minute[], desired: number): number | null {
    const values = minutes.slice(-rule.minutes).map((minute) => seen(rule, minute));
    if (!inAlarm(rule, values)) return null;
    const value = rule.aggregation === 'Minimum' ? Math.min(...values) : Math.max(...values);
    const step = stepFor(rule, value);
    if (!step) return null;
    const cooldown = this.#cooldowns.get(rule.id);
    const cooling = cooldown && now < cooldown.until ? cooldown : null;
    if (rule.adjustment === 'exact') return step.workers < desired && cooling ? null : step.workers;
    // What was added within the cooldown counts as part of what is added now.
    return desired + Math.max(0, step.workers - (cooling?.added ?? 0));
  }
}
