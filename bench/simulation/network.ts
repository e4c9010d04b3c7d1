/** How long a request takes, how often it is refused, and what a partition gives a second. */
import { ASSUMED } from './assumptions.ts';
import type { VirtualClock } from './clock.ts';
import type { Chance, Latency } from './random.ts';
import type { Requests } from './requests.ts';

/** So many requests a second, however many ask: what comes too soon waits its turn. */
export class Partitions {
  readonly #clock: VirtualClock;
  readonly #perSecond: number;
  #free = 0;

  constructor(clock: VirtualClock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Milliseconds until `count` more have had their turn. */
  wait(count: number): number {
    this.#free = Math.max(this.#free, this.#clock.now) + (count * 1000) / this.#perSecond;
    return this.#free - this.#clock.now;
  }
}

export interface Network {
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly requests: Requests;
  /** Off: every answer comes, once and at its median, and no worker is reclaimed. */
  readonly faults: boolean;
}

/** Milliseconds of one call, its tries again included; counts what is billed. */
export function callMs(network: Network, name: `${string}.${string}`, latency: Latency): number {
  const { chance, requests, faults } = network;
  let ms = chance.latency(latency);
  while (faults && chance.happens(ASSUMED.refused)) {
    requests.refused++;
    ms += chance.exponential(ASSUMED.refusedWaitMs) + chance.latency(latency);
  }
  requests.add(name);
  return ms;
}
