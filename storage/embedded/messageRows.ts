import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { QueueCounts, ReceivedMessage } from '../ports.ts';
import type { Ledger } from './ledger.ts';

/** Visible whatever the clock says, so that a clock that is set back hides nothing. */
const AT_ONCE = 0;

interface MessageRow {
  readonly id: number;
  readonly grp: string;
  readonly body: string;
  readonly receives: number;
}

/** The rows of all queues. Every method but the read-only ones must run inside a transaction. */
export class MessageRows {
  readonly #ledger: Ledger;
  readonly #now: () => number;
  /** Says `queue` when this process made a message visible; other processes are found by polling. */
  readonly arrivals = new EventEmitter().setMaxListeners(0);

  constructor(ledger: Ledger, now: () => number) {
    this.#ledger = ledger;
    this.#now = now;
  }

  insert(queue: string, body: string, group: string, delayMs: number): void {
    const sql = 'INSERT INTO messages (queue, grp, body, visible_at) VALUES (?, ?, ?, ?)';
    this.#ledger.sql(sql).run(queue, group, body, delayMs > 0 ? this.#now() + delayMs : AT_ONCE);
    this.#announce(queue);
  }

  /** Never given twice. */
  sequence(): number {
    return Number(
      this.#ledger.sql("SELECT coalesce(max(seq), 0) + 1 AS n FROM sqlite_sequence WHERE name = 'messages'").get()?.n,
    );
  }

  /** Read only: whether a receive would find anything. */
  hasVisible(queue: string): boolean {
    const sql = `SELECT 1 FROM groups g WHERE g.queue = ? AND EXISTS
      (SELECT 1 FROM messages m WHERE m.queue = g.queue AND m.grp = g.grp AND m.visible_at <= ?) LIMIT 1`;
    return this.#ledger.sql(sql).get(queue, this.#now()) !== undefined;
  }

  /**
   * Leases up to `max` messages, one of each group in turn. Those that have been received `maxReceives` times move to
   * `deadQueue` instead.
   */
  lease(
    queue: string,
    max: number,
    leaseMs: number,
    dead: { readonly queue: string; readonly maxReceives: number } | null,
  ): ReceivedMessage[] {
    const received: ReceivedMessage[] = [];
    while (received.length < max) {
      const rows = this.#nextInTurn(queue, max - received.length);
      if (rows.length === 0) break;
      for (const row of rows) {
        if (dead && row.receives >= dead.maxReceives) this.#move(row.id, dead.queue);
        else received.push(this.#leaseOne(row, leaseMs));
      }
    }
    return received;
  }

  /** Whether the lease was this receipt's and is still running. */
  extend(queue: string, receipt: string, leaseMs: number): boolean {
    const now = this.#now();
    const sql = 'UPDATE messages SET visible_at = ? WHERE id = ? AND queue = ? AND receipt = ? AND visible_at > ?';
    return this.#ledger.sql(sql).run(now + leaseMs, idOf(receipt), queue, receipt, now).changes > 0;
  }

  release(queue: string, receipt: string): boolean {
    const sql = 'UPDATE messages SET visible_at = ?, receipt = NULL WHERE id = ? AND queue = ? AND receipt = ?';
    const released = this.#ledger.sql(sql).run(AT_ONCE, idOf(receipt), queue, receipt).changes > 0;
    if (released) this.#announce(queue);
    return released;
  }

  /** False where another delivery holds the message by now. True where it is gone already. */
  remove(queue: string, receipt: string): boolean {
    const id = idOf(receipt);
    const sql = 'DELETE FROM messages WHERE id = ? AND queue = ? AND receipt = ?';
    if (this.#ledger.sql(sql).run(id, queue, receipt).changes > 0) return true;
    return this.#ledger.sql('SELECT 1 FROM messages WHERE id = ?').get(id) === undefined;
  }

  /** At most `limit` of the messages that no one holds; gives how many moved. */
  moveAll(from: string, to: string, limit: number): number {
    const sql = 'SELECT id FROM messages WHERE queue = ? AND visible_at <= ? LIMIT ?';
    const rows = this.#ledger.sql(sql).all(from, this.#now(), limit) as unknown as { id: number }[];
    for (const { id } of rows) this.#move(id, to);
    return rows.length;
  }

  /** Read only. */
  counts(queue: string): Omit<QueueCounts, 'dead'> {
    const sql = `SELECT coalesce(sum(g.total), 0) AS total,
        coalesce(sum((SELECT count(*) FROM messages m
          WHERE m.queue = g.queue AND m.grp = g.grp AND m.visible_at > ?1)), 0) AS later,
        coalesce(sum((SELECT count(*) FROM messages m
          WHERE m.queue = g.queue AND m.grp = g.grp AND m.visible_at > ?1 AND m.receipt IS NOT NULL)), 0) AS leased
      FROM groups g WHERE g.queue = ?2`;
    const row = this.#ledger.sql(sql).get(this.#now(), queue) as { total: number; later: number; leased: number };
    return { visible: row.total - row.later, inFlight: row.leased, delayed: row.later - row.leased };
  }

  /** Up to `max` visible messages: the groups that waited longest for their turn first, one of each at a time. */
  #nextInTurn(queue: string, max: number): MessageRow[] {
    const now = this.#now();
    const groups = this.#ledger
      .sql(
        `SELECT g.grp FROM groups g WHERE g.queue = ? AND EXISTS
          (SELECT 1 FROM messages m WHERE m.queue = g.queue AND m.grp = g.grp AND m.visible_at <= ?)
         ORDER BY g.served LIMIT ?`,
      )
      .all(queue, now, max) as unknown as { grp: string }[];
    const waiting = groups.map(({ grp }) => this.#visibleOf(queue, grp, now, max));
    const rows: MessageRow[] = [];
    for (let round = 0; round < max && rows.length < max; round++) {
      for (const group of waiting) {
        const row = group[round];
        if (row && rows.length < max) rows.push(row);
      }
    }
    for (const grp of new Set(rows.map((row) => row.grp))) this.#served(queue, grp);
    return rows;
  }

  /** What came back from a delay or a lease first: it is older than what was never received. */
  #visibleOf(queue: string, group: string, now: number, max: number): MessageRow[] {
    const select = 'SELECT id, grp, body, receives FROM messages WHERE queue = ? AND grp = ?';
    const back = this.#ledger
      .sql(`${select} AND visible_at > ${AT_ONCE} AND visible_at <= ? ORDER BY visible_at, id LIMIT ?`)
      .all(queue, group, now, max);
    const fresh = this.#ledger
      .sql(`${select} AND visible_at = ${AT_ONCE} ORDER BY id LIMIT ?`)
      .all(queue, group, max - back.length);
    return [...back, ...fresh] as unknown as MessageRow[];
  }

  #served(queue: string, group: string): void {
    const sql = `UPDATE groups SET served = (SELECT max(served) + 1 FROM groups WHERE queue = ?1)
      WHERE queue = ?1 AND grp = ?2`;
    this.#ledger.sql(sql).run(queue, group);
  }

  #leaseOne(row: MessageRow, leaseMs: number): ReceivedMessage {
    const receives = row.receives + 1;
    const receipt = `${row.id}.${receives}.${randomUUID()}`;
    const sql = 'UPDATE messages SET visible_at = ?, receives = ?, receipt = ? WHERE id = ?';
    this.#ledger.sql(sql).run(this.#now() + leaseMs, receives, receipt, row.id);
    return { id: String(row.id), body: row.body, receipt, receives, group: row.grp === '' ? null : row.grp };
  }

  #move(id: number, queue: string): void {
    const sql = 'UPDATE messages SET queue = ?, visible_at = ?, receives = 0, receipt = NULL WHERE id = ?';
    this.#ledger.sql(sql).run(queue, AT_ONCE, id);
    this.#announce(queue);
  }

  /** Listeners only wake up; they look again once the transaction has ended. */
  #announce(queue: string): void {
    setImmediate(() => this.arrivals.emit(queue));
  }
}

function idOf(receipt: string): number {
  const id = Number.parseInt(receipt, 10);
  return Number.isSafeInteger(id) ? id : -1;
}
