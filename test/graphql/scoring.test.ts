import { describe, expect, test } from 'vitest';
import { truthOf } from '../scoring/world.ts';
import { fill, type Stack, stack } from './stack.ts';

const RUN = `fragment R on Run { id status items scored failed truth errors { code count } progress { scored failed fraction } }`;

async function createBatch({ get }: Stack, name = 'faces', more: object = {}): Promise<{ id: string; batch: string }> {
  const data = await get(
    `mutation ($input: CreateBatchInput!) { createBatch(input: $input) {
       ... on CreateBatchPayload { batch { id batch name } images { keyPrefix key } manifest { key } }
       ... on OperationError { code message } } }`,
    { input: { name, ...more } },
  );
  return data.createBatch.batch;
}

async function commitBatch({ get }: Stack, batch: string, more: object = {}) {
  const data = await get(
    `${RUN} mutation ($input: CommitBatchInput!) { commitBatch(input: $input) {
       ... on RunPayload { run { ...R } } ... on OperationError { code message } } }`,
    { input: { batch, model: 'fake', errorThreshold: 1, ...more } },
  );
  return data.commitBatch;
}

describe('from a batch to its metrics', () => {
  test('a batch is made, committed, seen at once, scored, and read', async () => {
    const s = await stack();
    const { id, batch } = await createBatch(s);
    await fill(s, batch, 40, truthOf);
    const { run } = await commitBatch(s, id);
    expect(run).toMatchObject({ status: 'PLANNING', items: null });
    const before = await s.ask(`${RUN} query ($id: ID!) { run(id: $id) { ...R } }`, { id: run.id });
    expect(before.data.run.status).toBe('PLANNING');
    await s.work();
    const { data, errors } = await s.ask(
      `${RUN} query ($id: ID!) { run(id: $id) { ...R batch { id name } model { name version }
         predictions(first: 10) { edges { node { id key outcome imageUrl faces { maePx keypoints } truths { keypoints group } } } pageInfo { hasNextPage endCursor } }
         failures: predictions(code: NOT_AN_IMAGE) { edges { node { key error { code message } } } }
         worst: faceErrors(first: 5) { edges { node { key maePx nme prediction { id } } } }
         best: faceErrors(first: 5, order: BEST_FIRST) { edges { node { key nme } } }
         metrics { n missed maePx nme { normaliser value } aucAt8 groups { group n } ced { error share } perKeypoint { name maePx } } } }`,
      { id: run.id },
    );
    expect(errors).toBeUndefined();
    const r = data.run;
    expect(r).toMatchObject({ status: 'DONE', items: 40, scored: 35, failed: 5 });
    expect(r.errors).toEqual([{ code: 'NOT_AN_IMAGE', count: 5 }]);
    expect(r.progress).toMatchObject({ scored: 35, failed: 5, fraction: 1 });
    expect(r.batch).toEqual({ id, name: 'faces' });
    expect(r.model).toEqual({ name: 'fake', version: 'v1' });
    expect(r.predictions.edges).toHaveLength(10);
    expect(r.predictions.pageInfo.hasNextPage).toBe(true);
    const [first] = r.predictions.edges;
    expect(first.node.faces[0].keypoints[0]).toHaveLength(2);
    expect(first.node.truths[0]).toMatchObject({ group: 'person 0', keypoints: truthOf(0).keypoints });
    expect(first.node.imageUrl).toMatch(/^http:\/\/api.test\/storage\/uploads\//);
    expect(r.failures.edges).toHaveLength(5);
    expect(r.metrics).toMatchObject({ n: 35, missed: 5 });
    expect(r.metrics.groups).toHaveLength(4);
    expect(r.metrics.perKeypoint).toHaveLength(68);
    // Missed faces, those of the failed items, are the worst.
    expect(r.worst.edges.map(({ node }: { node: { nme: number | null } }) => node.nme)).toEqual(Array(5).fill(null));
    const best = r.best.edges.map(({ node }: { node: { nme: number } }) => node.nme);
    expect(best).toEqual([...best].sort((a, b) => a - b));
    const runs = await s.ask('query ($batch: ID!) { runs(batch: $batch) { edges { node { id } } } }', { batch: id });
    expect(runs.data.runs.edges).toEqual([{ node: { id: run.id } }]);
    const node = await s.ask('query ($id: ID!) { node(id: $id) { __typename id ... on Prediction { key } } }', {
      id: first.node.id,
    });
    expect(node.data.node).toMatchObject({ __typename: 'Prediction', key: first.node.key });
  });

  test('best first and worst first are one order, read from its two ends, page by page', async () => {
    const s = await stack();
    const { id, batch } = await createBatch(s);
    await fill(s, batch, 25, truthOf);
    const { run } = await commitBatch(s, id);
    await s.work();
    const all = async (order: string) => {
      const places: string[] = [];
      for (let after: string | null = null; ; ) {
        const { data } = await s.ask(
          `query ($id: ID!, $after: String, $order: ErrorOrder) { run(id: $id) { faceErrors(first: 7, after: $after, order: $order) {
             edges { node { key } } pageInfo { hasNextPage endCursor } } } }`,
          { id: run.id, after, order },
        );
        const {
          edges,
          pageInfo,
        }: { edges: { node: { key: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } =
          data.run.faceErrors;
        places.push(...edges.map(({ node }) => node.key));
        if (!pageInfo.hasNextPage) return places;
        after = pageInfo.endCursor;
      }
    };
    const worst = await all('WORST_FIRST');
    expect(worst).toHaveLength(25);
    expect(await all('BEST_FIRST')).toEqual([...worst].reverse());
  });

  test('pages of runs are stable while runs are added', async () => {
    const s = await stack();
    const { id, batch } = await createBatch(s);
    await fill(s, batch, 2);
    for (let i = 0; i < 5; i++) await commitBatch(s, id);
    const page = async (after: string | null) =>
      (
        await s.ask(
          'query ($after: String) { runs(first: 3, after: $after) { edges { node { id } } pageInfo { endCursor } } }',
          {
            after,
          },
        )
      ).data.runs;
    const one = await page(null);
    const two = await page(one.pageInfo.endCursor);
    await commitBatch(s, id);
    expect(await page(one.pageInfo.endCursor)).toEqual(two);
    expect(new Set([...one.edges, ...two.edges].map(({ node }) => node.id)).size).toBe(5);
  });

  test('a commit that can not be a run says why', async () => {
    const s = await stack();
    const { id } = await createBatch(s);
    expect(await commitBatch(s, id, { model: 'nobody' })).toMatchObject({ code: 'UNKNOWN_MODEL' });
    expect(await commitBatch(s, id, { errorThreshold: 2 })).toMatchObject({ code: 'INVALID_INPUT' });
    const { run } = await commitBatch(s, id);
    await s.work();
    const { data } = await s.ask('query ($id: ID!) { run(id: $id) { status rejection { code } metrics { n } } }', {
      id: run.id,
    });
    expect(data.run).toEqual({ status: 'REJECTED', rejection: { code: 'NO_IMAGES' }, metrics: null });
  });
});

describe('idempotency keys', () => {
  test('a repeated call makes nothing twice; other arguments are refused', async () => {
    const s = await stack();
    const one = await createBatch(s, 'faces', { idempotencyKey: 'k1' });
    expect(await createBatch(s, 'faces', { idempotencyKey: 'k1' })).toEqual(one);
    expect((await createBatch(s, 'faces', { idempotencyKey: 'k2' })).id).not.toBe(one.id);
    await fill(s, one.batch, 2);
    const { run } = await commitBatch(s, one.id, { idempotencyKey: 'k1' });
    expect((await commitBatch(s, one.id, { idempotencyKey: 'k1' })).run.id).toBe(run.id);
    expect(await commitBatch(s, one.id, { idempotencyKey: 'k1', model: 'other' })).toMatchObject({
      code: 'INVALID_INPUT',
    });
    const { data } = await s.ask('{ batches { edges { node { id } } } runs { edges { node { id } } } }');
    expect(data.batches.edges).toHaveLength(2);
    expect(data.runs.edges).toHaveLength(1);
  });
});
