/**
 * Hourly: sends again what no message is left for, since messages expire and senders die. Costs a few requests an open
 * run, whatever the number of finished ones.
 */
import { resultKeys, shardId } from '../domain/keys.ts';
import type { QueueCounts } from '../storage/ports.ts';
import { listAll, listFolders, readJson } from './objects.ts';
import { closeRun } from './planning/indexes.ts';
import { type DeleteMessage, planMessage, scoreMessage } from './planning/messages.ts';
import type { ScoringParts } from './ports.ts';
import { readRun } from './read/runs.ts';
import type { RunView } from './read/types.ts';
import { type OpenRun, openRunSchema } from './records.ts';
import { listSummaries } from './summaries.ts';

export interface SweepOptions {
  /** A run is left alone for so long after its last sign of life. Default: an hour. */
  readonly idleMs?: number;
  /** After so long without a sign of life its messages may have expired, however busy the queue. Default: 13 days. */
  readonly expiryMs?: number;
}

export interface SweepReport {
  readonly projects: number;
  readonly open: number;
  readonly closed: number;
  readonly plansSent: number;
  readonly shardsSent: number;
  readonly deletionsSent: number;
}

const HOUR_MS = 3_600_000;
const EXPIRY_MS = 13 * 24 * HOUR_MS;

export async function sweep(parts: ScoringParts, options: SweepOptions = {}): Promise<SweepReport> {
  const { idleMs = HOUR_MS, expiryMs = EXPIRY_MS } = options;
  const report = { projects: 0, open: 0, closed: 0, plansSent: 0, shardsSent: 0, deletionsSent: 0 };
  const queue = await parts.queues.score.counts();
  for (const project of await listFolders(parts.stores.results, '')) {
    report.projects++;
    for await (const { key, modifiedAt } of listAll(parts.stores.results, resultKeys.open(project))) {
      const marker = await readJson(parts.stores.results, key, openRunSchema);
      if (!marker) continue;
      report.open++;
      const swept = await sweepRun(parts, marker, modifiedAt, { idleMs, expiryMs, queue });
      report.closed += swept.closed;
      report.plansSent += swept.plans;
      report.shardsSent += swept.shards;
    }
    report.deletionsSent += await resendDeletions(parts, project);
  }
  parts.log.info(report, 'swept');
  return report;
}

interface SweepContext {
  readonly idleMs: number;
  readonly expiryMs: number;
  readonly queue: QueueCounts;
}

const NOTHING = { closed: 0, plans: 0, shards: 0 };

async function sweepRun(parts: ScoringParts, marker: OpenRun, openedAt: Date, context: SweepContext) {
  const { project, run } = marker;
  const view = await readRun(parts.stores, project, run);
  if (!view) return NOTHING;
  if (view.status === 'PLANNING') {
    if (parts.now().getTime() - openedAt.getTime() < context.idleMs) return NOTHING;
    const { batch, commit } = marker;
    await parts.queues.plan.send(planMessage({ kind: 'plan', project, batch, commit }), { group: project });
    return { ...NOTHING, plans: 1 };
  }
  if (view.status !== 'RUNNING') {
    await closeRun(parts.stores.results, project, run);
    return { ...NOTHING, closed: 1 };
  }
  return { ...NOTHING, shards: await resendShards(parts, view, openedAt, context) };
}

/** Where the queue holds nothing, the messages are lost; where it does, they may be among them until they expire. */
async function resendShards(
  parts: ScoringParts,
  { project, run, record }: RunView,
  openedAt: Date,
  { idleMs, expiryMs, queue }: SweepContext,
): Promise<number> {
  const settled = new Set<string>();
  let lastSign = openedAt.getTime();
  for await (const { shard, modifiedAt } of listSummaries(parts.stores.results, { project, run })) {
    settled.add(shard);
    lastSign = Math.max(lastSign, modifiedAt.getTime());
  }
  const idle = parts.now().getTime() - lastSign;
  if (idle < idleMs || (queue.visible + queue.delayed > 0 && idle < expiryMs)) return 0;
  const shards = Array.from({ length: record!.shards }, (_, i) => shardId(i));
  const missing = shards.filter((shard) => !settled.has(shard));
  // All are there and nobody finished: any shard's message leads to the finish check.
  const sent = missing.length > 0 ? missing : shards.slice(-1);
  await parts.queues.score.sendAll(sent.map((shard) => scoreMessage(record!, shard, { again: true })));
  // Writing the marker again is the sign of life that keeps the next sweep from sending all of it anew.
  const key = resultKeys.openRun(project, run);
  const marker = await readJson(parts.stores.results, key, openRunSchema);
  if (marker) await parts.stores.results.put(key, JSON.stringify(marker), { contentType: 'application/json' });
  return sent.length;
}

async function resendDeletions(parts: ScoringParts, project: string): Promise<number> {
  let sent = 0;
  const prefix = resultKeys.deleting(project);
  for await (const { key } of listAll(parts.stores.results, prefix)) {
    const [, kind, id] = /^(runs|batches)\/(.+)\.json$/.exec(key.slice(prefix.length)) ?? [];
    if (!kind || !id) continue;
    const message: DeleteMessage = { kind: 'delete', project, ...(kind === 'runs' ? { run: id } : { batch: id }) };
    await parts.queues.plan.send(JSON.stringify(message), { group: project });
    sent++;
  }
  return sent;
}
