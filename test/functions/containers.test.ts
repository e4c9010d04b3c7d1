/** The programs of the containers, as processes, on LocalStack and with an ECS agent that answers as the real one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { resultKeys, uploadKeys } from '../../domain/keys.ts';
import { resolverOf, storedModels } from '../../functions/models.ts';
import { createPlanner } from '../../functions/plan.ts';
import { publishModels } from '../../functions/publish.ts';
import { SILENT } from '../../scoring/ports.ts';
import { runIdOf } from '../../scoring/runId.ts';
import { enqueueTraining, readTraining } from '../../training/ledger/index.ts';
import { PRODUCTION, setAlias } from '../../training/registry.ts';
import { localStack } from '../localStack.ts';
import { type LocalStackStorage, localStackStorage } from '../localstack/storage.ts';

const LOADED_MS = 240_000;
const PROJECT = 'default';
const config = await localStack();

interface Program {
  readonly process: ChildProcess;
  output(): string;
}

describe.skipIf(config === null)('the containers’ programs', () => {
  if (!config) return;
  const requests: Record<string, unknown>[] = [];
  let agent: Server;
  let storage: LocalStackStorage;

  beforeAll(async () => {
    storage = await localStackStorage(config);
    agent = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        requests.push(JSON.parse(body));
        response.end(JSON.stringify({ protection: { ProtectionEnabled: JSON.parse(body).ProtectionEnabled } }));
      });
    });
    agent.listen(0, '127.0.0.1');
    await once(agent, 'listening');
  }, LOADED_MS);
  afterAll(async () => {
    await storage?.close();
    agent?.close();
  });

  function start(file: string, more: Readonly<Record<string, string>> = {}): Program & { readonly temporary: string } {
    const temporary = mkdtempSync(join(tmpdir(), 'fiducial-container-'));
    const ECS_AGENT_URI = `http://127.0.0.1:${(agent.address() as AddressInfo).port}/api/task`;
    const child = spawn(process.execPath, [file], {
      env: { ...storage.environment, ECS_AGENT_URI, TMPDIR: temporary, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    onTestFinished(() => {
      child.kill('SIGKILL');
      rmSync(temporary, { recursive: true, force: true });
    });
    return { process: child, output: () => output, temporary };
  }

  async function stop({ process: child, output }: Program): Promise<number | null> {
    child.kill('SIGTERM');
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    if (code !== 0) console.error(output());
    return code as number | null;
  }

  /** Puts and commits a batch, plans it as Lambda does, and gives its run. The last file is no image. */
  async function commitBatch(images: number, model: string): Promise<string> {
    const batch = `b${randomUUID().slice(0, 8)}`;
    const { uploads } = storage.stores;
    const photo = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#a86' } })
      .jpeg()
      .toBuffer();
    for (let i = 0; i < images; i++) await uploads.put(uploadKeys.image(PROJECT, batch, `${i}.jpg`), photo);
    await uploads.put(uploadKeys.image(PROJECT, batch, 'text.jpg'), 'no image');
    const key = uploadKeys.commit(PROJECT, batch, 'c');
    const body = JSON.stringify({ model, crop: 'whole', committedAt: '2026-11-24T11:00:00.000Z' });
    await uploads.put(key, body);
    const planner = createPlanner({
      ...storage,
      log: SILENT,
      now: () => new Date(),
      models: resolverOf(storedModels(storage.stores.models)),
      codeVersion: 'test',
      newAttempt: () => randomBytes(6).toString('hex'),
    });
    const event = { Records: [{ eventName: 'ObjectCreated:Put', s3: { object: { key } } }] };
    const record = {
      messageId: 'm',
      body: JSON.stringify(event),
      attributes: { ApproximateReceiveCount: '1' },
    };
    await planner({ Records: [record] }, { getRemainingTimeInMillis: () => 300_000 });
    return runIdOf(key, Buffer.from(body));
  }

  async function done(run: string) {
    const key = resultKeys.done(PROJECT, run);
    await vi.waitUntil(() => storage.stores.results.head(key), { timeout: LOADED_MS, interval: 500 });
    return JSON.parse((await storage.stores.results.get(key)).body.toString());
  }

  it(
    'the trainer trains a job of its queue, registers the model, and stops when told',
    async () => {
      const trainer = start('functions/trainer.ts', { FIDUCIAL_BACKEND: 'wasm' });
      const { training } = await enqueueTraining(
        { ...storage, now: () => new Date() },
        {
          project: PROJECT,
          recipe: 'nose',
          overrides: { 'synthetic.count': 8, 'split.test': 0.5, epochs: 1 },
          model: 'mine',
          startedBy: 'tests',
          unique: 'aa',
        },
      );
      const ended = () => readTraining(storage.stores, PROJECT, training).then((view) => view?.done);
      const trained = await vi.waitUntil(ended, { timeout: LOADED_MS, interval: 500 });
      expect(trained).toMatchObject({ outcome: 'finished', error: null, epochs: 1, model: { name: 'mine' } });
      expect(trained!.test!.maePx).toBeGreaterThan(0);
      expect(requests[0]).toEqual({ ProtectionEnabled: true, ExpiresInMinutes: 30 });
      expect(await stop(trainer)).toBe(0);
      expect(trainer.output()).toContain('"outcome":"finished"');
      expect(trainer.output()).toContain('trainer ended');
      expect(requests.at(-1)).toEqual({ ProtectionEnabled: false });
      expect(await storage.queues.train.counts()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
      await setAlias(storage.stores.models, PROJECT, 'mine', PRODUCTION, trained!.model!.version);
    },
    LOADED_MS,
  );

  it(
    'the scorer scores with the shipped and the promoted model, protected while busy, healthy, counted, and stops when told',
    async () => {
      requests.length = 0;
      await publishModels(storage.stores.models, 'models');
      const scorer = start('functions/scorer.ts');
      const [shipped, mine] = [await commitBatch(20, 'nose'), await commitBatch(3, `mine@${PRODUCTION}`)];
      expect(await done(shipped)).toMatchObject({ items: 21, scored: 20, failed: 1, errors: { NOT_AN_IMAGE: 1 } });
      expect(await done(mine)).toMatchObject({ items: 4, scored: 3, failed: 1, errors: { NOT_AN_IMAGE: 1 } });
      expect(requests[0]).toEqual({ ProtectionEnabled: true, ExpiresInMinutes: 30 });
      expect(scorer.output()).toMatch(/"Running":1/);
      const counted = () =>
        [...scorer.output().matchAll(/"Images":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
      await vi.waitUntil(() => counted() >= 25, { timeout: LOADED_MS });
      expect(counted()).toBe(25);
      const health = spawn(process.execPath, ['functions/health.ts'], { env: { TMPDIR: scorer.temporary } });
      expect((await once(health, 'exit'))[0]).toBe(0);
      expect(await stop(scorer)).toBe(0);
      expect(requests.at(-1)).toEqual({ ProtectionEnabled: false });
      expect((await storage.queues.score.counts()).inFlight).toBe(0);
    },
    LOADED_MS,
  );

  it(
    'the trainer ends at once where its image lacks the backend that it was built for',
    async () => {
      const trainer = start('functions/trainer.ts', { FIDUCIAL_BACKEND: 'tfjs-node-gpu' });
      const [code] = await once(trainer.process, 'exit');
      expect(code).not.toBe(0);
      expect(trainer.output()).toContain('Expected the training backend tfjs-node-gpu in this image');
    },
    LOADED_MS,
  );

  it('a worker that has never turned is not healthy', async () => {
    const health = spawn(process.execPath, ['functions/health.ts'], {
      env: { TMPDIR: mkdtempSync(join(tmpdir(), 'none-')) },
    });
    expect((await once(health, 'exit'))[0]).toBe(1);
  });
});
