/**
 * Requests a second and latency of the API, beside a plain graphql-js handler that answers the same queries from the
 * same storage without any of its protections.
 *
 *   node bench/api.ts   [--seconds 10]  [--rate 500]  [--out bench/results/api.json]
 *
 * Each server is a process of its own; the load comes from this one. For each query: latency at a fixed rate, how many
 * a second are answered when as many as possible are asked for, and the server's processor time a request, which says
 * most where other work keeps the machine busy.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
// @ts-expect-error it ships no types
import autocannon from 'autocannon';
import { openEmbedded } from '../storage/embedded/index.ts';
import { seedRuns } from './api/seed.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '500' },
    out: { type: 'string', default: 'bench/results/api.json' },
  },
});
const seconds = Number(values.seconds);
const rate = Number(values.rate);
const TOKEN = 'bench';

const QUERIES = {
  viewer: '{ viewer { id scopes } }',
  run: 'query { run(id: "Run:default:r0") { id status items scored failed } }',
  runs: '{ runs(first: 5) { edges { node { id status committedAt } } pageInfo { hasNextPage endCursor } } }',
};

interface Measured {
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly requests: { readonly average: number; readonly total: number };
  readonly non2xx: number;
  readonly errors: number;
}

function load(url: string, query: string, overallRate: number | null): Promise<Measured> {
  return autocannon({
    url: `${url}/graphql`,
    method: 'POST',
    connections: 10,
    duration: seconds,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query }),
    ...(overallRate === null ? {} : { overallRate }),
  });
}

interface Running {
  readonly url: string;
  cpuMicros(): Promise<number>;
  stop(): Promise<void>;
}

async function start(kind: 'api' | 'plain', folder: string): Promise<Running> {
  const child = fork(join(import.meta.dirname, 'api/serve.ts'), [kind, folder, TOKEN]);
  const [message] = (await once(child, 'message')) as [{ url: string }];
  return {
    url: message.url,
    cpuMicros: async () => {
      const told = once(child, 'message');
      child.send('cpu');
      return ((await told) as [{ cpuMicros: number }])[0].cpuMicros;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

interface Row {
  readonly query: string;
  readonly server: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly mostPerSecond: number;
  readonly cpuMsPerRequest: number;
  readonly failed: number;
}

async function measure(kind: 'api' | 'plain', folder: string): Promise<Row[]> {
  const server = await start(kind, folder);
  const rows: Row[] = [];
  for (const [name, query] of Object.entries(QUERIES)) {
    await load(server.url, query, rate); // warm: the compiler has seen the code, the caches have the query
    const steady = await load(server.url, query, rate);
    const before = await server.cpuMicros();
    const flat = await load(server.url, query, null);
    const cpuMicros = (await server.cpuMicros()) - before;
    rows.push({
      query: name,
      server: kind,
      p50Ms: steady.latency.p50,
      p99Ms: steady.latency.p99,
      maxMs: steady.latency.max,
      mostPerSecond: Math.round(flat.requests.average),
      cpuMsPerRequest: Math.round(cpuMicros / flat.requests.total) / 1000,
      failed: steady.non2xx + steady.errors + flat.non2xx + flat.errors,
    });
  }
  await server.stop();
  return rows;
}

const folder = await mkdtemp(join(tmpdir(), 'fiducial-bench-api-'));
const storage = await openEmbedded({ folder });
await seedRuns(storage.stores, 50);
await storage.close();
const loadBefore = loadavg()[0]!;
const rows = [...(await measure('plain', folder)), ...(await measure('api', folder))];
await rm(folder, { recursive: true, force: true });
console.log(
  `${rate} requests a second for ${seconds} s, 10 connections; load of the machine before: ${loadBefore.toFixed(1)}`,
);
console.table(rows);
const result = { rate, seconds, node: process.version, loadBefore, loadAfter: loadavg()[0], rows };
await mkdir(dirname(values.out), { recursive: true });
await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`);
