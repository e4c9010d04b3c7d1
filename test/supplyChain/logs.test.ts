/** Secrets are the token of a stack, the key that signs, and every signed URL and form. None may be in a log. */
import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startStack } from '../../cli/stack.ts';
import { stack } from '../graphql/stack.ts';
import { temporaryFolder } from '../storage/folders.ts';

const root = resolve(import.meta.dirname, '../..');
const GUESSED = 'Bearer guessed-token-guessed-token-guessed';
const CREATE = `mutation { createBatch(input: { name: "faces" }) {
  ... on CreateBatchPayload { images { url fields { name value } } } ... on OperationError { message } } }`;

test('a stack that is called rightly, wrongly and with forged signatures writes no secret to its log', {
  timeout: 60_000,
}, async () => {
  const folder = await temporaryFolder();
  const lines: string[] = [];
  const running = await startStack({
    folder,
    host: '127.0.0.1',
    port: 0,
    scorers: 0,
    trainers: 0,
    onLine: (_, line) => lines.push(line),
    onRestart: (name, reason) => lines.push(`${name} ${reason}`),
  });
  onTestFinished(() => running.stop());
  const { url, token } = running;
  const call = (authorization: string, body: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, 'x-fiducial-csrf': '1' },
      body,
    });
  const made = await call(`Bearer ${token}`, JSON.stringify({ query: CREATE }));
  const { data } = (await made.json()) as {
    data: { createBatch: { images: { fields: { name: string; value: string }[] } } };
  };
  const fields = data.createBatch.images.fields;
  const signature = fields.find(({ name }) => /signature/i.test(name))!.value;
  expect((await call(GUESSED, JSON.stringify({ query: CREATE }))).status).toBe(401);
  expect((await call(`Bearer ${token}`, '{ not JSON')).status).toBe(400);
  const form = new FormData();
  for (const { name, value } of fields) form.append(name, value);
  form.append('key', 'shared/models/mine/model.onnx');
  form.append('file', new Blob(['x']));
  expect((await fetch(`${url}/storage/uploads`, { method: 'POST', body: form })).status).toBe(403);
  expect((await fetch(`${url}/storage/uploads/a?expires=1&signature=${signature}`)).status).toBe(403);
  await running.stop();
  const secret = (await readFile(join(folder, 'secret'))).toString('latin1').trim();
  const text = lines.join('\n');
  for (const hidden of [token, GUESSED.slice(7), signature, secret]) {
    expect(hidden.length).toBeGreaterThan(15);
    expect(text).not.toContain(hidden);
  }
});

test('the API logs failures at every level without what proves who called', async () => {
  const s = await stack();
  const stores = { ...s.stores, results: { ...s.stores.results, list: () => Promise.reject(new Error('a defect')) } };
  const failing = await stack({ storage: { ...s, stores: stores as typeof s.stores } });
  const token = 'a-token-of-this-test';
  await failing.ask('{ runs(first: 3) { edges { node { id } } } }');
  await failing.ask('{ runs(first: 3) { edges { node { id } } } }', {}, 'guessed-token-of-somebody');
  expect(failing.logged.length).toBeGreaterThan(0);
  const text = JSON.stringify(failing.logged, (_, value) => (value instanceof Error ? `${value.stack}` : value));
  expect(text).toContain('a defect');
  for (const hidden of [token, 'guessed-token-of-somebody', 'authorization', 'Authorization']) {
    expect(text).not.toContain(hidden);
  }
});

test('no line of code hands a token, a secret, a signature or a whole request to a log', () => {
  const folders = '{storage,imaging,inference,scoring,training,graphql,functions,cli}';
  const files = globSync(`${folders}/**/*.ts`, { cwd: root });
  expect(files.length).toBeGreaterThan(100);
  const suspects = /\b(token|secret|authorization|password|signature|headers|request)\b/i;
  const leaks = files.flatMap((file) => {
    const calls = readFileSync(join(root, file), 'utf8').match(/\blog\??\.(?:info|warn|error|debug)\([^;]*?\);/gs);
    // Words in messages name no value; the path of a URL, its query cut off, is none of them either.
    const bare = (call: string) =>
      call.replaceAll(/request\.url\?\.split\('\?'\)\[0\]/g, '').replaceAll(/'[^']*'/g, '');
    return (calls ?? []).filter((call) => suspects.test(bare(call))).map((call) => `${file}: ${call}`);
  });
  expect(leaks).toEqual([]);
});
