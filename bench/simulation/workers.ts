/** Processes of the simulation: they run the real loops over ports that die with them. */
import { handlePlanMessage, type PlanParts } from '../../scoring/plan.ts';
import type { ScoringParts } from '../../scoring/ports.ts';
import { RunRecords } from '../../scoring/runRecords.ts';
import { runScorer } from '../../scoring/worker/loop.ts';
import { type Interceptor, interceptQueue, interceptStore } from '../../storage/intercept.ts';
import { ASSUMED, type Compute } from './assumptions.ts';
import { NO_HEARTBEAT_SECONDS, type SimulatedQueue } from './jobQueue.ts';
import type { Network } from './network.ts';
import type { SimulatedStore } from './objectStore.ts';
import { ReadStreams } from './readStreams.ts';
import { serviceTimeScorer } from './serviceTime.ts';
import type { SimulatedUploads } from './uploads.ts';

export interface Places {
  readonly network: Network;
  readonly uploads: SimulatedUploads;
  readonly results: SimulatedStore;
  readonly plan: SimulatedQueue;
  readonly score: SimulatedQueue;
  /** Calls of the workers' ports, of images aside: what a shard costs its scorer. */
  scorerCalls: number;
  /** What a process logged as an error. */
  onError(fields: Readonly<Record<string, unknown>>): void;
}

/** What one process holds. Once it is dead nothing that it asked for is answered. */
function partsOf(places: Places, alive: () => boolean, onCall: () => void = () => {}): ScoringParts {
  const whileAlive: Interceptor = async (call, proceed) => {
    if (call.target !== 'uploads') onCall();
    const result = await (alive() ? proceed() : new Promise(() => {}));
    return alive() ? result : new Promise(() => {});
  };
  const { uploads, results, plan, score, network } = places;
  return {
    stores: { uploads: interceptStore(uploads, whileAlive), results: interceptStore(results, whileAlive) },
    queues: {
      plan: interceptQueue(plan.openedBy(alive), whileAlive),
      score: interceptQueue(score.openedBy(alive), whileAlive),
    },
    log: { info: () => {}, warn: () => {}, error: (fields) => places.onError(fields) },
    now: () => new Date(Date.UTC(2026, 10, 24) + network.clock.now),
  };
}

/** A machine on which one scorer follows another: spot capacity is taken back and replaced. */
export async function workerPlace(
  places: Places,
  { compute, shardsAtOnce }: { readonly compute: Compute; readonly shardsAtOnce: number | null },
  over: () => boolean,
): Promise<number> {
  const imagesPerSecond = ASSUMED.imagesPerSecond[compute];
  const { clock, chance, faults } = places.network;
  let reclaims = 0;
  while (!over()) {
    let alive = true;
    const stop = new AbortController();
    const onCall = () => void places.scorerCalls++;
    const parts = partsOf(places, () => alive, onCall);
    const streams = new ReadStreams(ASSUMED.readsAtOnce, shardsAtOnce === null ? ASSUMED.readsOfAllAtOnce : null);
    const scorer = serviceTimeScorer(clock, chance, places.uploads, imagesPerSecond, streams);
    const runs = new RunRecords(parts.stores.results);
    const options = { signal: stop.signal, leaseSeconds: NO_HEARTBEAT_SECONDS, waitSeconds: 20 };
    const working = runScorer(
      { ...parts, scorer, runs },
      shardsAtOnce === null ? options : { ...options, atOnce: shardsAtOnce },
    );
    if (!faults) return working.then(() => reclaims);
    const reclaimed = clock.sleep(chance.exponential(ASSUMED.reclaimEveryHours * 3_600_000));
    await reclaimed;
    if (over()) break;
    reclaims++;
    if (chance.happens(ASSUMED.withoutNotice)) alive = false;
    else {
      stop.abort();
      await working;
    }
    await clock.sleep(ASSUMED.replacedAfterSeconds * 1000);
  }
  return reclaims;
}

export interface PlannerCalls {
  calls: number;
  seconds: number;
}

/** A Lambda on the plan queue: a call a message, each with its own time. */
export async function planner(
  places: Places,
  parts: Omit<PlanParts, keyof ScoringParts>,
  over: () => boolean,
  spent: PlannerCalls,
) {
  const { clock } = places.network;
  const own = partsOf(places, () => true);
  while (!over()) {
    const messages = await own.queues.plan.receive({ max: 1, waitSeconds: 20, leaseSeconds: 360 });
    for (const { body, receipt } of messages) {
      const started = clock.now;
      const timeLeft = () => clock.now - started < ASSUMED.planCallSeconds * 1000;
      await handlePlanMessage({ ...own, ...parts, timeLeft }, body);
      await own.queues.plan.acknowledge(receipt);
      spent.calls++;
      spent.seconds += (clock.now - started) / 1000;
    }
  }
}
