import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, LAMBDAS, type LambdaName } from '../../cdk/bundle.ts';
import { STORAGE_ENVIRONMENT } from './environment.ts';

const MB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'fiducial-bundles-'));
const metafiles = new Map<LambdaName, Metafile>();

beforeAll(async () => {
  await Promise.all(LAMBDAS.map(async (name) => metafiles.set(name, await bundle(name, join(folder, name)))));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(LAMBDAS)('the bundle of %s', (name) => {
  const file = join(folder, name, 'index.mjs');

  it('is under 1 MB', () => {
    expect(statSync(file).size).toBeLessThan(MB);
  });

  it('holds no native library, and nothing that reads images', () => {
    const inputs = Object.keys(metafiles.get(name)!.inputs);
    expect(inputs.filter((path) => /onnxruntime|sharp|tensorflow|^imaging\//.test(path))).toEqual([]);
  });

  it('loads in a fresh process that has nothing but it, and says what is missing from its environment', async () => {
    const program = `
      globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: { from: (stream) => stream } };
      const { handler } = await import(${JSON.stringify(`file://${file}`)});
      if (typeof handler !== 'function') throw new Error('Expected a handler');
      await handler({ Records: [] }, { getRemainingTimeInMillis: () => 1000 }).then(
        () => console.log('ran'),
        (error) => console.log(error.code, error.message),
      );`;
    const run = (env: Record<string, string>) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, env });
    const { stdout } = await run({});
    expect(stdout).toMatch(/^INVALID_CONFIG Environment: FIDUCIAL_UPLOADS_BUCKET: /);
    if (name === 'deadLetters') expect((await run(STORAGE_ENVIRONMENT)).stdout).toContain('ran');
  });
});
