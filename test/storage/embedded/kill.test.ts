import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openEmbedded } from '../../../storage/embedded/index.ts';
import { embedded, temporaryFolder } from '../folders.ts';

const WRITER = new URL('./writer.child.ts', import.meta.url).pathname;

interface Writer {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly errors: string[];
  readonly ended: Promise<unknown>;
}

function startWriter(folder: string, id: string): Writer {
  const child = spawn(process.execPath, [WRITER, folder, id], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const errors: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  return { child, lines, errors, ended: once(reader, 'close') };
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; !holds(); ) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`);
    await sleep(5);
  }
}

/** The last word of a line may be cut where the process died; only whole lines were flushed by writeSync. */
function acknowledged(writers: readonly Writer[], kind: string): string[] {
  return writers.flatMap((writer) =>
    writer.lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1)),
  );
}

test('three processes write one folder and are killed at any moment: nothing acknowledged is lost', async () => {
  const folder = await temporaryFolder();
  const first = await openEmbedded({ folder });
  await first.stores.results.put('counter', '0');
  await first.close();
  const all: Writer[] = [];
  for (let round = 0; round < 4; round++) {
    const writers = ['a', 'b', 'c'].map((id) => startWriter(folder, `${round}${id}`));
    all.push(...writers);
    for (const writer of writers) {
      await until(() => writer.lines.length > 20 || writer.errors.length > 0, 'the writers write');
      expect(writer.errors).toEqual([]);
      await sleep(Math.random() * 40);
      writer.child.kill('SIGKILL');
    }
    await Promise.all(writers.map((writer) => writer.ended));
  }
  const { stores, queues } = await embedded({ folder });
  const keys = acknowledged(all, 'object');
  expect(keys.length).toBeGreaterThan(100);
  for (const key of keys) expect((await stores.results.get(key)).body.toString()).toBe(`body of ${key}`.repeat(50));
  await checkMessages(queues.score, acknowledged(all, 'message'));
  // Each step that was acknowledged is unique; at most one a process was committed and not heard of.
  const steps = acknowledged(all, 'step').map(Number);
  expect(new Set(steps).size).toBe(steps.length);
  const counter = Number((await stores.results.get('counter')).body);
  expect(counter).toBeGreaterThanOrEqual(Math.max(...steps));
  expect(counter - steps.length).toBeLessThanOrEqual(all.length);
});

async function checkMessages(
  queue: Awaited<ReturnType<typeof embedded>>['queues']['score'],
  sent: readonly string[],
): Promise<void> {
  const received: string[] = [];
  for (;;) {
    const page = await queue.receive({ max: 10, waitSeconds: 0, leaseSeconds: 600 });
    if (page.length === 0) break;
    received.push(...page.map((message) => message.body));
  }
  expect(new Set(received).size).toBe(received.length);
  const set = new Set(received);
  expect(sent.filter((body) => !set.has(body))).toEqual([]);
}

test('a long poll hears of a message that another process sent', async () => {
  const folder = await temporaryFolder();
  const storage = await embedded({ folder });
  await storage.stores.results.put('counter', '0');
  const waiting = storage.queues.score.receive({ max: 1, waitSeconds: 20, leaseSeconds: 30 });
  const writer = startWriter(folder, 'other');
  expect((await waiting)[0]?.body).toMatch(/^objects\/other/);
  writer.child.kill('SIGKILL');
  await writer.ended;
});

test('a lease of a process that was killed ends, and its message goes to another', async () => {
  const folder = await temporaryFolder();
  const code = `import { openEmbedded } from ${JSON.stringify(new URL('../../../storage/embedded/index.ts', import.meta.url).href)};
    const { queues } = await openEmbedded({ folder: ${JSON.stringify(folder)} });
    await queues.train.send('job');
    await queues.train.receive({ max: 1, waitSeconds: 0, leaseSeconds: 1 });
    console.log('leased');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  const { queues } = await embedded({ folder });
  const [message] = await queues.train.receive({ max: 1, waitSeconds: 10, leaseSeconds: 30 });
  expect(message).toMatchObject({ body: 'job', receives: 2 });
});
