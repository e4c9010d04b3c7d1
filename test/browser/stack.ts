/** The whole stack in a folder of its own, two models in it, and the dashboard as it is now. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type RunningStack, startStack } from '../../cli/stack.ts';
import { DATABASE } from '../../storage/embedded/backup.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { registerModel } from '../../training/registry.ts';
import { marksCard, marksOnnx } from './marksModel.ts';

export interface BrowserStack extends RunningStack {
  readonly folder: string;
  /** The data of a query; throws where there are errors. */
  get(query: string, variables?: object): Promise<Answer>;
  /** Stops the scorer where it stands, but never with the ledger's lock in its hand; gives the way to let it go on. */
  holdScorer(): Promise<() => void>;
}

// biome-ignore lint/suspicious/noExplicitAny: answers have as many shapes as questions
type Answer = any;

/** Crop units that the second model is off by: 8 px of a test image. */
export const OFF = 0.05;

export async function startBrowserStack(): Promise<BrowserStack> {
  buildDashboard();
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-browser-'));
  await fillModels(folder);
  const lines: string[] = [];
  const stack = await startStack({
    folder,
    host: '127.0.0.1',
    port: 0,
    scorers: 1,
    trainers: 1,
    onLine: (name, line) => lines.push(`[${name}] ${line}`),
    onRestart: (name, reason) => lines.push(`[${name}] ${reason}`),
  });
  return {
    ...stack,
    folder,
    get: (query, variables = {}) => ask(stack, query, variables),
    holdScorer: () => hold(stack.supervisor.pids().scorer!, folder),
    stop: async () => {
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
      if (lines.some((line) => /error|exception/i.test(line))) console.error(lines.join('\n'));
    },
  };
}

async function hold(pid: number, folder: string): Promise<() => void> {
  const ledger = new DatabaseSync(join(folder, DATABASE), { timeout: 500 });
  try {
    for (;;) {
      process.kill(pid, 'SIGSTOP');
      if (isFree(ledger)) return () => process.kill(pid, 'SIGCONT');
      process.kill(pid, 'SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    ledger.close();
  }
}

/** Whether somebody else can write. */
function isFree(ledger: DatabaseSync): boolean {
  try {
    ledger.exec('BEGIN IMMEDIATE');
    ledger.exec('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

function buildDashboard(): void {
  const root = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['scripts/build-web.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
}

async function fillModels(folder: string): Promise<void> {
  const embedded = await openEmbedded({ folder });
  for (const [name, error] of [
    ['marks', 0],
    ['marks-off', OFF],
  ] as const) {
    const onnx = Buffer.from(marksOnnx(error));
    await registerModel(embedded.stores.models, 'default', marksCard(name, onnx), onnx);
  }
  await embedded.close();
}

async function ask({ url, token }: RunningStack, query: string, variables: object): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-fiducial-csrf': '1' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as Answer;
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}
