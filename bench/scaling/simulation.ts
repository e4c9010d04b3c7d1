/** A queue, its workers and their scaling, second by second. Deterministic. */
import type { ScalingPolicy } from '../../cdk/scaling.ts';
import { type Minute, StepScaling } from './alarms.ts';

export interface Arrival {
  /** Seconds from the start. */
  readonly at: number;
  readonly messages: number;
  /** Work of one message, seconds. */
  readonly seconds: number;
  /** Workers that the sender wakes; 0: the wake-up is lost. */
  readonly wakes: number;
}

export interface Scenario {
  readonly policy: ScalingPolicy;
  readonly arrivals: readonly Arrival[];
  /** From a wanted worker to its first receive, seconds. */
  readonly bootSeconds: number;
  /** The queue's figures are missing for so long after its first message: it had been idle for hours. */
  readonly figuresLateSeconds?: number;
  /** Whether ECS spares tasks that hold a message. Default: true. */
  readonly protectsBusy?: boolean;
  /** The simulation ends when all is done and everybody sleeps, or here. Default: a day. */
  readonly maxSeconds?: number;
}

export interface Change {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** The rule, or `wake`. */
  readonly why: string;
}

export interface Outcome {
  /** When the last message was done; null where some never were. */
  readonly drainedAt: number | null;
  readonly asleepAt: number | null;
  readonly peakWorkers: number;
  readonly workerSeconds: number;
  readonly busyKilled: number;
  readonly changes: readonly Change[];
}

interface Worker {
  readyAt: number;
  busyUntil: number | null;
  /** A worker keeps its protection for a short while after its last message. */
  protectedUntil: number;
  seconds: number;
}

const MINUTE = 60;
/** A minute's figures are there a minute after it ended. */
const FIGURE_LAG_MINUTES = 1;
const PROTECTED_AFTER_SECONDS = 20;
const LEASE_SECONDS = 60;

export function simulate(scenario: Scenario): Outcome {
  const simulation = new Simulation(scenario);
  while (simulation.step());
  return simulation.outcome();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #scaling: StepScaling;
  readonly #minutes: Minute[] = [];
  readonly #changes: Change[] = [];
  readonly #arrivals: readonly Arrival[];
  #arrived = 0;
  readonly #backlog: { messages: number; seconds: number }[] = [];
  /** First of the backlog that is not empty. */
  #head = 0;
  #visible = 0;
  /** Messages of killed workers, which come back by their leases. */
  #returning: { at: number; seconds: number }[] = [];
  #workers: Worker[] = [];
  #now = 0;
  #desired = 0;
  #peak = 0;
  #workerSeconds = 0;
  #killed = 0;
  #drainedAt: number | null = null;
  #depths: number[] = [];
  #receivedOfMinute = 0;
  #runningOfMinute = 0;
  #firstArrival: number | null = null;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#scaling = new StepScaling(scenario.policy);
    this.#arrivals = [...scenario.arrivals].sort((a, b) => a.at - b.at);
  }

  /** False at the end. */
  step(): boolean {
    this.#arrive();
    this.#schedule();
    this.#work();
    this.#observe();
    const idle = this.#arrived === this.#arrivals.length && this.#depth() === 0;
    if (idle) this.#drainedAt ??= this.#now;
    else this.#drainedAt = null;
    this.#now++;
    const asleep = this.#desired === 0 && this.#workers.length === 0;
    return !(idle && asleep) && this.#now < (this.#scenario.maxSeconds ?? 86_400);
  }

  outcome(): Outcome {
    const asleep = this.#workers.length === 0 && this.#desired === 0;
    return {
      drainedAt: this.#drainedAt,
      asleepAt: asleep ? this.#now : null,
      peakWorkers: this.#peak,
      workerSeconds: this.#workerSeconds,
      busyKilled: this.#killed,
      changes: this.#changes,
    };
  }

  #depth(): number {
    const inFlight = this.#workers.filter(({ busyUntil }) => busyUntil !== null).length;
    return this.#visible + inFlight + this.#returning.length;
  }

  #arrive(): void {
    while ((this.#arrivals[this.#arrived]?.at ?? Infinity) <= this.#now) {
      const { messages, seconds, wakes } = this.#arrivals[this.#arrived++]!;
      this.#firstArrival ??= this.#now;
      this.#send(messages, seconds);
      const wanted = Math.min(this.#scenario.policy.maxWorkers, wakes);
      if (wanted > this.#desired) this.#setDesired(wanted, 'wake');
    }
    const back = this.#returning.filter(({ at }) => at <= this.#now);
    if (back.length === 0) return;
    this.#returning = this.#returning.filter(({ at }) => at > this.#now);
    for (const { seconds } of back) this.#send(1, seconds);
  }

  #send(messages: number, seconds: number): void {
    this.#backlog.push({ messages, seconds });
    this.#visible += messages;
  }

  #setDesired(to: number, why: string): void {
    this.#changes.push({ at: this.#now, from: this.#desired, to, why });
    this.#desired = to;
  }

  /** What the ECS service scheduler does: starts what is missing, stops what is too many and may be stopped. */
  #schedule(): void {
    while (this.#workers.length < this.#desired) {
      const readyAt = this.#now + this.#scenario.bootSeconds;
      this.#workers.push({ readyAt, busyUntil: null, protectedUntil: 0, seconds: 0 });
    }
    const protects = this.#scenario.protectsBusy ?? true;
    for (let i = this.#workers.length - 1; i >= 0 && this.#workers.length > this.#desired; i--) {
      const worker = this.#workers[i]!;
      if (protects && (worker.busyUntil !== null || worker.protectedUntil > this.#now)) continue;
      if (worker.busyUntil !== null) {
        this.#killed++;
        this.#returning.push({ at: this.#now + LEASE_SECONDS, seconds: worker.seconds });
      }
      this.#workers.splice(i, 1);
    }
    this.#peak = Math.max(this.#peak, this.#workers.length);
    this.#workerSeconds += this.#workers.length;
  }

  /** Several short messages can be done within a second. */
  #work(): void {
    const until = this.#now + 1;
    for (const worker of this.#workers) {
      let free = Math.max(worker.readyAt, worker.busyUntil ?? this.#now);
      if (worker.busyUntil !== null && worker.busyUntil < until) worker.busyUntil = null;
      while (free < until && worker.readyAt <= this.#now) {
        const next = this.#take();
        if (next === null) break;
        free += next;
        worker.seconds = next;
        worker.protectedUntil = free + PROTECTED_AFTER_SECONDS;
        worker.busyUntil = free >= until ? free : null;
      }
    }
  }

  #take(): number | null {
    const first = this.#backlog[this.#head];
    if (!first) return null;
    first.messages--;
    this.#visible--;
    this.#receivedOfMinute++;
    if (first.messages === 0) this.#head++;
    return first.seconds;
  }

  #observe(): void {
    this.#depths.push(this.#depth());
    this.#runningOfMinute = Math.max(
      this.#runningOfMinute,
      this.#workers.filter(({ readyAt }) => readyAt <= this.#now).length,
    );
    if (this.#now % MINUTE !== MINUTE - 1) return;
    const late = this.#scenario.figuresLateSeconds ?? 0;
    const missing = this.#firstArrival === null || this.#now < this.#firstArrival + late;
    this.#minutes.push({
      depth: missing ? null : { Minimum: Math.min(...this.#depths), Maximum: Math.max(...this.#depths) },
      received: missing ? null : this.#receivedOfMinute,
      running: this.#runningOfMinute || null,
    });
    this.#depths = [];
    this.#receivedOfMinute = 0;
    this.#runningOfMinute = 0;
    const there = this.#minutes.slice(0, this.#minutes.length - FIGURE_LAG_MINUTES);
    const decision = this.#scaling.decide(this.#now, there.slice(-60), this.#desired);
    if (decision) this.#setDesired(decision.to, decision.rule);
  }
}

/**
 * Times that a rule turned the count round within `seconds` of its last change. New work that wakes those who have just
 * gone to sleep is no flapping: it came when it came.
 */
export function flaps(changes: readonly Change[], seconds = 600): number {
  return changes.filter((after, i) => {
    const before = changes[i - 1];
    if (!before || after.why === 'wake') return false;
    const turned = Math.sign(before.to - before.from) !== Math.sign(after.to - after.from);
    return turned && after.at - before.at < seconds;
  }).length;
}
