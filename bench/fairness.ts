/**
 * Ten images of one project behind a million messages of another, on the embedded queue, with a slow scorer.
 *
 *   node bench/fairness.ts [--messages 1000000] [--workMs 50]
 *
 * Prints a table, writes bench/results/fairness.json; fails where the small project waits for more than a minute.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { consume } from '../storage/consume.ts';
import { openEmbedded } from '../storage/embedded/index.ts';

const { values: flags } = parseArgs({
  options: { messages: { type: 'string', default: '1000000' }, workMs: { type: 'string', default: '50' } },
});
const total = Number(flags.messages);
const SENT_AT_ONCE = 10_000;
const SMALL = 10;
const log = { info: () => {}, warn: () => {}, error: console.error };

const folder = await mkdtemp(join(tmpdir(), 'fiducial-fairness-'));
const { queues, close } = await openEmbedded({ folder });
const since = performance.now();
for (let sent = 0; sent < total; sent += SENT_AT_ONCE) {
  const count = Math.min(SENT_AT_ONCE, total - sent);
  await queues.score.sendAll(Array.from({ length: count }, (_, i) => ({ body: `big ${sent + i}`, group: 'big' })));
}
const sendSeconds = (performance.now() - since) / 1000;
const stop = new AbortController();
const waits: number[] = [];
let handled = 0;
let smallSince = 0;
const scorer = consume(
  queues.score,
  { atOnce: 3, leaseSeconds: 60, waitSeconds: 1, signal: stop.signal, log },
  async ({ body }) => {
    await delay(Number(flags.workMs));
    handled++;
    if (body.startsWith('small')) waits.push((performance.now() - smallSince) / 1000);
    if (waits.length === SMALL) stop.abort();
    return 'done';
  },
);
await delay(2_000);
smallSince = performance.now();
await queues.score.sendAll(Array.from({ length: SMALL }, (_, i) => ({ body: `small ${i}`, group: 'small' })));
const limit = setTimeout(() => stop.abort(), 120_000);
await scorer;
clearTimeout(limit);
const result = {
  messages: total,
  sendSeconds,
  handledMeanwhile: handled,
  smallScored: waits.length,
  longestWaitSeconds: Math.max(...waits),
  residentMegabytes: Math.round(process.memoryUsage.rss() / 1e6),
};
console.table([result]);
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version };
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('results/fairness.json', import.meta.url),
  `${JSON.stringify({ machine, ...result }, null, 2)}\n`,
);
await close();
await rm(folder, { recursive: true, force: true });
process.exitCode = waits.length === SMALL && result.longestWaitSeconds < 60 ? 0 : 1;
