/** A thread that prepares batches: each table comes once, then requests by its id. */
import { parentPort } from 'node:worker_threads';
import type { PoolReply, PoolRequest } from './pool.ts';
import { prepareBatch } from './prepare.ts';
import type { SampleTable } from './table.ts';

const tables = new Map<number, SampleTable>();
const port = parentPort;
if (!port) throw new Error('Expected to be started as a worker thread');

port.on('message', (message: PoolRequest) => {
  if (message.kind === 'table') {
    tables.set(message.id, message.table);
    return;
  }
  if (message.kind === 'forget') {
    tables.delete(message.id);
    return;
  }
  try {
    const batch = prepareBatch(tables.get(message.table)!, message.request);
    const reply: PoolReply = { id: message.id, batch };
    port.postMessage(reply, [batch.images.buffer, batch.targets.buffer, batch.mask.buffer] as ArrayBuffer[]);
  } catch (error) {
    const reply: PoolReply = { id: message.id, error: error instanceof Error ? error.message : String(error) };
    port.postMessage(reply);
  }
});
