/** Storage requests of a query, for runs of ten and of a million images. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openRun } from '../../scoring/planning/indexes.ts';
import { RequestCounter } from '../../storage/counting.ts';
import { interceptQueues, interceptStores } from '../../storage/intercept.ts';
import { memoryStorage } from '../scoring/memory.ts';
import { type LedgerRun, writeRun } from './ledger.ts';
import { type Stack, stack } from './stack.ts';

const counter = new RequestCounter();
const runs: Record<string, LedgerRun> = {};
let s: Stack;

beforeAll(async () => {
  const storage = memoryStorage();
  for (let i = 0; i < 24; i++) writeRun(storage, `r${i}`, 10, new Date(Date.UTC(2026, 0, 1, i)).toISOString());
  runs.ten = writeRun(storage, 'ten', 10, '2026-02-01T00:00:00.000Z');
  runs.million = writeRun(storage, 'million', 1_000_000, '2026-02-02T00:00:00.000Z');
  const stores = interceptStores(storage.stores, counter.interceptor);
  s = await stack({ storage: { stores, queues: interceptQueues(storage.queues, counter.interceptor) } });
});

/** Requests that the query made, and its answer. */
async function costOf(query: string, variables: object = {}) {
  counter.reset();
  const data = await s.get(query, variables);
  const widest = Math.max(
    0,
    ...counter.calls
      .filter(({ method }) => method === 'list')
      .map(({ args }) => (args[0] as { limit?: number }).limit ?? 1000),
  );
  return { data, requests: counter.total(), lists: counter.total(({ method }) => method === 'list'), widest };
}

const PAGE = 'pageInfo { hasNextPage endCursor }';

test('a page of 20 runs: a LIST, and three GETs a run at most', async () => {
  const { data, requests, lists, widest } = await costOf(
    `{ runs(first: 20) { edges { node { id status items scored } } ${PAGE} } }`,
  );
  expect(data.runs.edges).toHaveLength(20);
  expect(data.runs.edges[0].node).toMatchObject({ status: 'DONE', items: 1_000_000 });
  expect(requests).toBeLessThanOrEqual(1 + 3 * 20);
  expect({ lists, widest }).toEqual({ lists: 1, widest: 21 });
});

test('of which none may be planned yet', async () => {
  const storage = memoryStorage();
  const stores = interceptStores(storage.stores, counter.interceptor);
  const own = await stack({ storage: { stores, queues: storage.queues } });
  for (let i = 0; i < 20; i++) {
    const open = {
      run: `p${i}`,
      project: 'default',
      batch: 'b',
      commit: `c${i}`,
      committedAt: '2026-01-01T00:00:00.000Z',
    };
    await openRun(storage.stores.results, open);
  }
  counter.reset();
  const { runs: page } = await own.get('{ runs(first: 20) { edges { node { status } } } }');
  expect(page.edges).toEqual(Array(20).fill({ node: { status: 'PLANNING' } }));
  expect(counter.total()).toBeLessThanOrEqual(1 + 3 * 20);
});

test('the second page costs what the first did', async () => {
  const query = `query ($after: String) { runs(first: 10, after: $after) { edges { node { id } } ${PAGE} } }`;
  const first = await costOf(query);
  const second = await costOf(query, { after: first.data.runs.pageInfo.endCursor });
  expect(second.requests).toBe(first.requests);
});

describe.each(['ten', 'million'])('of a run of %s images', (size) => {
  const run = () => runs[size]!;

  test('progress, with what fails by reason, is one LIST a thousand shards', async () => {
    const { data, lists, requests } = await costOf(
      'query ($id: ID!) { run(id: $id) { progress { scored failed fraction errors { code count } } } }',
      { id: run().id },
    );
    expect(data.run.progress).toEqual({
      scored: run().items - run().shards,
      failed: run().shards,
      fraction: 1,
      errors: [{ code: 'TRUNCATED', count: run().shards }],
    });
    expect(lists).toBe(Math.ceil(run().shards / 1000));
    expect(requests).toBeLessThanOrEqual(3 + lists);
  });

  test('a metrics page is three GETs and one', async () => {
    const { data, requests, lists } = await costOf(
      'query ($id: ID!) { run(id: $id) { metrics { n maePx groups { group } ced { error } } } }',
      { id: run().id },
    );
    expect(data.run.metrics).not.toBeNull();
    expect(requests).toBeLessThanOrEqual(4);
    expect(lists).toBe(0);
  });

  const NODES = `edges { node { key outcome } } ${PAGE}`;
  const PREDICTIONS = `query ($id: ID!, $after: String, $code: ItemErrorCode, $outcome: Outcome, $keyPrefix: String) {
    run(id: $id) { predictions(first: 20, after: $after, code: $code, outcome: $outcome, keyPrefix: $keyPrefix) { ${NODES} } } }`;

  test.each([
    ['in plan order', {}],
    ['that failed', { outcome: 'FAILED' }],
    ['that failed for one reason', { code: 'TRUNCATED' }],
    ['that were scored', { outcome: 'SCORED' }],
    ['by name', { keyPrefix: '00000000' }],
  ])('a page of 20 predictions %s: three requests, and three an item', async (_, filter) => {
    const first = await costOf(PREDICTIONS, { id: run().id, ...filter });
    const { edges, pageInfo } = first.data.run.predictions;
    expect(edges.length).toBeGreaterThan(0);
    // Beside the run's own three.
    expect(first.requests - 3).toBeLessThanOrEqual(3 + 3 * 20);
    expect(first.widest).toBeLessThanOrEqual(1000);
    if (!pageInfo.hasNextPage) return;
    const second = await costOf(PREDICTIONS, { id: run().id, ...filter, after: pageInfo.endCursor });
    expect(second.requests).toBeLessThanOrEqual(first.requests + 3);
    const [last, next] = [edges.at(-1).node.key, second.data.run.predictions.edges[0].node.key];
    expect(next > last, `${next} after ${last}`).toBe(true);
  });

  test.each(['WORST_FIRST', 'BEST_FIRST'])('a page of 20 faces %s: three GETs, and one a face', async (order) => {
    const query = `query ($id: ID!, $order: ErrorOrder) { run(id: $id) { faceErrors(first: 20, order: $order) { edges { node { key maePx prediction { key } } } } } }`;
    const { data, requests, lists } = await costOf(query, { id: run().id, order });
    const { edges } = data.run.faceErrors;
    expect(edges).toHaveLength(Math.min(20, run().items));
    for (const { node } of edges) expect(node.prediction.key).toBe(node.key);
    expect(requests - 3).toBeLessThanOrEqual(3 + edges.length);
    expect(lists).toBe(0);
  });

  test('comparing reads 512 shards at most', async () => {
    const query = 'query ($runs: [ID!]!) { compareRuns(runs: $runs) { pairs complete difference { n } } }';
    const { data, requests, lists } = await costOf(query, { runs: [run().id, run().id] });
    const [comparison] = data.compareRuns;
    expect(comparison.complete).toBe(size === 'ten');
    expect(comparison.pairs).toBe(size === 'ten' ? 10 : 40 * 512);
    expect(requests).toBeLessThanOrEqual(512 + 3 * 2);
    expect(lists).toBe(0);
  });
});
