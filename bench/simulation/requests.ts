/** Counts billed requests, by service and method, and what they cost. */
import type { Prices } from './prices.ts';

const WRITES = new Set(['put', 'list']);
const FREE = new Set(['delete']);

export class Requests {
  readonly #counts = new Map<string, number>();
  /** Answered by 503, not billed. */
  refused = 0;
  /** Held up by a partition's limit. */
  throttled = 0;

  add(name: `${string}.${string}`, times = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  table(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort());
  }

  /** Dollars. */
  cost(prices: Prices): { readonly s3: number; readonly sqs: number } {
    let s3 = 0;
    let sqs = 0;
    for (const [name, count] of this.#counts) {
      const [target, method] = name.split('.') as [string, string];
      if (target === 'plan' || target === 'score') sqs += (count * (prices.sqsMillion + prices.sqsFairMillion)) / 1e6;
      else if (!FREE.has(method))
        s3 += (count * (WRITES.has(method) ? prices.s3WriteThousand : prices.s3ReadThousand)) / 1e3;
    }
    return { s3, sqs };
  }
}
