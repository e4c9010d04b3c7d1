import { objectCreatedEvent, testEvent } from '../events.ts';
import type { ObjectInfo } from '../ports.ts';
import type { Ledger } from './ledger.ts';
import type { MessageRows } from './messageRows.ts';

/** Objects created under `prefix` of `bucket` become messages on `queue`. */
export interface NotificationRule {
  readonly bucket: string;
  readonly prefix: string;
  readonly queue: string;
}

/** Messages are written in the transaction that writes the object: neither is ever without the other. */
export class Notifications {
  readonly #rules: readonly NotificationRule[];
  readonly #ledger: Ledger;
  readonly #messages: MessageRows;
  readonly #now: () => number;

  constructor(rules: readonly NotificationRule[], ledger: Ledger, messages: MessageRows, now: () => number) {
    this.#rules = rules;
    this.#ledger = ledger;
    this.#messages = messages;
    this.#now = now;
  }

  /** Sends the test event of each rule that is new to this folder. */
  async configure(): Promise<void> {
    await this.#ledger.transact(() => {
      for (const { bucket, prefix, queue } of this.#rules) {
        const sql = 'INSERT OR IGNORE INTO notifications (bucket, prefix, queue) VALUES (?, ?, ?)';
        if (this.#ledger.sql(sql).run(bucket, prefix, queue).changes === 0) continue;
        this.#messages.insert(queue, testEvent(bucket, new Date(this.#now())), '', 0);
      }
    });
  }

  /** Within the transaction of the write. */
  created(bucket: string, info: ObjectInfo): void {
    for (const rule of this.#rules) {
      if (rule.bucket !== bucket || !info.key.startsWith(rule.prefix)) continue;
      const event = { bucket, key: info.key, bytes: info.bytes, etag: info.etag, at: info.modifiedAt };
      this.#messages.insert(rule.queue, objectCreatedEvent({ ...event, sequence: this.#messages.sequence() }), '', 0);
    }
  }
}
