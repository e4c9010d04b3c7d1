/** The examples of graphql/README.md are run as they stand there, against a server. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../graphql/nodeServer.ts';
import { embedded } from '../storage/folders.ts';
import { stack, TOKEN } from './stack.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'graphql/README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code]) => code!);
const run = promisify(execFile);

async function served() {
  let url = '';
  const storage = await embedded({ baseUrl: () => url });
  const s = await stack({ storage, production: true });
  const server = await startServer({ port: 0, api: s.api, storage: { stores: s.stores, signer: storage.signer } });
  url = server.url;
  onTestFinished(() => server.close());
  // A worker, until the test ends.
  const stop = new AbortController();
  const working = (async () => {
    while (!stop.signal.aborted) {
      await s.work();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  onTestFinished(async () => {
    stop.abort();
    await working;
  });
  return {
    ...s,
    env: { ...process.env, API: url, TOKEN, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  };
}

describe('examples', () => {
  test('of TypeScript', async () => {
    const { env } = await served();
    const [code] = blocks('ts');
    const file = join(root, `example-${process.pid}.ts`);
    writeFileSync(file, code!);
    onTestFinished(() => rmSync(file));
    const { stdout } = await run('node', [file], { cwd: root, env, timeout: 25_000 });
    expect(JSON.parse(stdout)).toEqual({ status: 'DONE', scored: 1 });
  });

  test('of curl', async () => {
    const { env, get } = await served();
    const [create, list, watch] = blocks('sh');
    const shell = (code: string, more: object = {}) =>
      run('bash', ['-c', code], { env: { ...env, ...more }, timeout: 25_000 });
    const made = JSON.parse((await shell(create!)).stdout).data.createBatch;
    expect(made.images.keyPrefix).toContain('/images/');
    const { commitBatch } = await get(
      'mutation ($batch: ID!) { commitBatch(input: {batch: $batch, model: "fake"}) { ... on RunPayload { run { id } } } }',
      { batch: made.batch.id },
    );
    const watched = await shell(watch!, { RUN: commitBatch.run.id });
    // An empty batch can not be a run.
    expect(watched.stdout).toContain('"status":"REJECTED"');
    expect(watched.stdout).toContain('event: complete');
    const { runs } = JSON.parse((await shell(list!)).stdout).data;
    expect(runs.edges[0].node).toMatchObject({ id: commitBatch.run.id, status: 'REJECTED' });
  });
});
