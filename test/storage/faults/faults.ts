/**
 * Faults at chosen calls of the storage ports: errors before and after the effect, a process that dies between two
 * calls, messages delivered twice. One `Faults` is shared by all the stores and queues of a process under test.
 */
import { FiducialError } from '../../../domain/errors.ts';
import { type Interceptor, interceptQueues, interceptStores, type StorageCall } from '../../../storage/intercept.ts';
import type { Queues, Stores } from '../../../storage/ports.ts';

/** Before the effect: the call did nothing. After it: the effect is there and its caller does not hear of it. */
export type Moment = 'before' | 'after';

export interface NumberedCall extends StorageCall {
  /** From 0, over all ports that share the `Faults`. */
  readonly position: number;
}

/** Throws, waits, or does nothing. */
export type Fault = (call: NumberedCall, moment: Moment) => void | Promise<void>;

/** What every call of a process that was killed throws: no code of ours catches it by type. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export class Faults {
  /** Every call that was begun, in order. */
  readonly calls: NumberedCall[] = [];
  #faults: Fault[] = [];
  #dead = false;

  get dead(): boolean {
    return this.#dead;
  }

  /** Adds a fault that sees every call twice, before and after its effect. */
  add(fault: Fault): this {
    this.#faults.push(fault);
    return this;
  }

  /** The call at this position fails once. Default error: UNAVAILABLE, as after a lost response. */
  failAt(position: number, moment: Moment, error: () => Error = unavailable): this {
    return this.add((call, now) => {
      if (call.position === position && now === moment) throw error();
    });
  }

  /** The first `times` calls that match fail. */
  failWhere(
    matches: (call: StorageCall) => boolean,
    moment: Moment,
    times = 1,
    error: () => Error = unavailable,
  ): this {
    let left = times;
    return this.add((call, now) => {
      if (now === moment && left > 0 && matches(call)) {
        left--;
        throw error();
      }
    });
  }

  /**
   * The process dies at this position: that call and all later ones throw `Killed`, and `onKill` is called once
   * (to kill a real child, or to start the successor).
   */
  killAt(position: number, moment: Moment, onKill: () => void = () => {}): this {
    return this.add((call, now) => {
      if (call.position !== position || now !== moment) return;
      this.#dead = true;
      onKill();
      throw new Killed(`killed ${moment} call ${position}, ${call.target}.${call.method}`);
    });
  }

  /** No more faults; counting goes on. */
  clear(): this {
    this.#faults = [];
    this.#dead = false;
    return this;
  }

  readonly interceptor: Interceptor = async (call, proceed) => {
    if (this.#dead) throw new Killed(`dead before ${call.target}.${call.method}`);
    const numbered = { ...call, position: this.calls.length };
    this.calls.push(numbered);
    await this.#apply(numbered, 'before');
    const result = await proceed();
    if (this.#dead) throw new Killed(`dead during ${call.target}.${call.method}`);
    await this.#apply(numbered, 'after');
    return result;
  };

  wrap(parts: { readonly stores: Stores; readonly queues: Queues }): { stores: Stores; queues: Queues } {
    return {
      stores: interceptStores(parts.stores, this.interceptor),
      queues: interceptQueues(parts.queues, this.interceptor),
    };
  }

  async #apply(call: NumberedCall, moment: Moment): Promise<void> {
    for (const fault of this.#faults) await fault(call, moment);
  }
}

function unavailable(): Error {
  return new FiducialError('UNAVAILABLE', 'An injected fault: the service did not answer');
}

export function throttled(): Error {
  return new FiducialError('THROTTLED', 'An injected fault: the service asks for fewer calls');
}

/** Sends each message twice, as an at-least-once queue may deliver it. */
export const doubleMessages: Interceptor = async (call, proceed) => {
  const result = await proceed();
  if (call.port === 'queue' && (call.method === 'send' || call.method === 'sendAll')) await proceed();
  return result;
};

/**
 * Runs `scenario` once without faults to count its calls, then once for every call position and moment with the
 * process killed there. `scenario` gets fresh faults each time and must drive its process to the end; what `Killed`
 * interrupts, it restarts with `faults.clear()`-ed parts and then checks its outcome.
 */
export async function atEveryCall(
  scenario: (faults: Faults) => Promise<void>,
  options: { readonly moments?: readonly Moment[]; readonly stride?: number } = {},
): Promise<number> {
  const undisturbed = new Faults();
  await scenario(undisturbed);
  const total = undisturbed.calls.length;
  for (let position = 0; position < total; position += options.stride ?? 1) {
    for (const moment of options.moments ?? ['before', 'after']) {
      await scenario(new Faults().killAt(position, moment));
    }
  }
  return total;
}
