/**
 * Ten images of one project behind a million messages of another, on the embedded queue, with a scorer ten times slower
 * than what fills the queue, and an API that answers from the same folder under load meanwhile.
 *
 *   node bench/fairness.ts [--messages 1000000] [--workMs 50] [--rate 50]
 *
 * Prints a table, writes bench/results/fairness.json; fails where the small project waits for more than a minute, where
 * a call of the API goes unanswered or takes ten seconds, or where a process has more than a gigabyte resident.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { consume } from '../storage/consume.ts';
import { openEmbedded } from '../storage/embedded/index.ts';
import { seedRuns } from './api/seed.ts';

const { values: flags } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    workMs: { type: 'string', default: '50' },
    /** Calls a second. */
    rate: { type: 'string', default: '50' },
  },
});
const total = Number(flags.messages);
const SENT_AT_ONCE = 10_000;
const SMALL = 10;
const LONGEST_CALL_MS = 10_000;
const MOST_MEGABYTES = 1000;
const QUERY = '{ runs(first: 5) { edges { node { id status committedAt } } } }';
const log = { info: () => {}, warn: () => {}, error: console.error };

/** Calls at their times, whether or not the ones before are answered. Milliseconds each; null: no answer. */
async function callAll(url: string, signal: AbortSignal): Promise<(number | null)[]> {
  const calls: Promise<number | null>[] = [];
  const call = async () => {
    const since = performance.now();
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body: JSON.stringify({ query: QUERY }),
    }).catch(() => null);
    const body = answer?.status === 200 ? await answer.json().catch(() => null) : null;
    return body && !('errors' in (body as object)) ? performance.now() - since : null;
  };
  while (!signal.aborted) {
    calls.push(call());
    await delay(1000 / Number(flags.rate));
  }
  return Promise.all(calls);
}

function peakMegabytes({ pid }: { readonly pid?: number | undefined }): number {
  return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1000);
}

const folder = await mkdtemp(join(tmpdir(), 'fiducial-fairness-'));
const { queues, stores, close } = await openEmbedded({ folder });
await seedRuns(stores, 20);
const server: ChildProcess = fork(join(import.meta.dirname, 'api/serve.ts'), ['api', folder, 'bench']);
const [message] = (await once(server, 'message')) as [{ url: string }];
const stop = new AbortController();
const calling = callAll(message.url, stop.signal);
const since = performance.now();
for (let sent = 0; sent < total; sent += SENT_AT_ONCE) {
  const count = Math.min(SENT_AT_ONCE, total - sent);
  await queues.score.sendAll(Array.from({ length: count }, (_, i) => ({ body: `big ${sent + i}`, group: 'big' })));
}
const sendSeconds = (performance.now() - since) / 1000;
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
const calls = await calling;
const answered = calls.filter((one) => one !== null).sort((a, b) => a - b);
const result = {
  messages: total,
  sendSeconds,
  handledMeanwhile: handled,
  smallScored: waits.length,
  longestWaitSeconds: Math.max(...waits),
  peakMegabytes: peakMegabytes(process),
  apiCalls: calls.length,
  apiUnanswered: calls.length - answered.length,
  apiMedianMs: answered[answered.length >> 1],
  apiP99Ms: answered[Math.floor(answered.length * 0.99)],
  apiLongestMs: answered.at(-1),
  apiPeakMegabytes: peakMegabytes(server),
};
console.table([result]);
server.kill();
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, load: loadavg()[0] };
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('results/fairness.json', import.meta.url),
  `${JSON.stringify({ bench: 'fairness', machine, settings: flags, ...result }, null, 2)}\n`,
);
await close();
await rm(folder, { recursive: true, force: true });
const fair = waits.length === SMALL && result.longestWaitSeconds < 60;
const answers = result.apiUnanswered === 0 && (result.apiLongestMs ?? 0) < LONGEST_CALL_MS;
const bounded = Math.max(result.peakMegabytes, result.apiPeakMegabytes) < MOST_MEGABYTES;
process.exitCode = fair && answers && bounded ? 0 : 1;
