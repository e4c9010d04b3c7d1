/** Histories of one small world, each ended whatever goes wrong on the way, and what they must leave behind. */
import { createHash } from 'node:crypto';
import { uploadKeys } from '../../domain/keys.ts';
import { deleteBatch, deleteRun } from '../../scoring/delete.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import type { MemoryStorage } from '../scoring/memory.ts';
import { BATCH, commit, drain, ledger, type Parts, PROJECT, partsOf, truthOf, world } from '../scoring/world.ts';
import type { Faults } from '../storage/faults/faults.ts';

const IMAGES = 18;
const content = (i: number) => (i === 3 ? 'bad' : `image ${i}`);
const manifest = Array.from({ length: IMAGES }, (_, i) => truthOf(i));
const TRUTH = manifest.map((entry) => JSON.stringify(entry)).join('\n');
const TRUTH_DIGEST = createHash('sha256').update(TRUTH).digest('hex');

export interface History {
  /** Undisturbed. */
  prepare(): Promise<{ readonly storage: MemoryStorage; readonly run: string }>;
  /** What is disturbed; called again after each fault, as a queue or a caller tries again. */
  work(parts: Parts, storage: MemoryStorage, run: string): Promise<void>;
}

async function scored(options: Parameters<typeof world>[0]) {
  const { storage, committed } = await world({ images: IMAGES, content, ...options });
  await drain(storage, partsOf(storage));
  return { storage, run: committed.run };
}

const drainAll = (parts: Parts, storage: MemoryStorage) => drain(storage, parts);

export const HISTORIES: Readonly<Record<string, History>> = {
  'planned, scored, settled and finished, with ground truth': {
    prepare: async () => {
      const { storage, committed } = await world({ images: IMAGES, content, manifest });
      return { storage, run: committed.run };
    },
    work: drainAll,
  },
  'the same, and finished by one worker alone': {
    prepare: async () => {
      const { storage, committed } = await world({ images: IMAGES, content, manifest });
      return { storage, run: committed.run };
    },
    work: (parts, storage) => drain(storage, { ...parts, claimedFrom: 1 }),
  },
  'evaluated against ground truth that came later': {
    prepare: async () => {
      const { storage, run } = await scored({});
      await storage.stores.uploads.put(uploadKeys.truth(PROJECT, BATCH, TRUTH_DIGEST), TRUTH);
      await storage.queues.plan.send(JSON.stringify({ kind: 'evaluate', project: PROJECT, run, truth: TRUTH_DIGEST }));
      return { storage, run };
    },
    work: drainAll,
  },
  'redriven: what was scored is copied, what failed is scored again': {
    prepare: async () => {
      const { storage, run } = await scored({});
      const again = await commit(storage.stores.uploads, 'c2', { retryOf: run });
      await storage.queues.plan.send(again.event);
      return { storage, run: again.run };
    },
    work: drainAll,
  },
  'deleted while its shards wait': {
    prepare: async () => {
      const { storage, committed } = await world({ images: IMAGES, content });
      await handlePlanMessage(partsOf(storage), committed.event);
      return { storage, run: committed.run };
    },
    work: async (parts, storage, run) => {
      // Whoever asked for it asks again, until it is said to be done.
      await deleteRun(parts, PROJECT, run);
      await drain(storage, parts);
    },
  },
  'deleted with its batch after it was finished': {
    prepare: () => scored({ manifest }),
    work: async (parts, storage) => {
      await deleteBatch(parts, PROJECT, BATCH);
      await drain(storage, parts);
    },
  },
};

const MOST_TRIES = 20;

/** What the ledger is in the end. Leases of whoever failed or died end first. */
export async function live({ prepare, work }: History, faults: Faults): Promise<Record<string, string>> {
  const { storage, run } = await prepare();
  for (let tries = 1; ; tries++) {
    try {
      await work(partsOf(faults.wrap(storage)), storage, run);
      return ledger(storage);
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      if (faults.dead) {
        faults.clear();
        // What its death set off comes now.
        await new Promise((resolve) => setImmediate(resolve));
      }
      storage.queues.plan.expireAll();
      storage.queues.score.expireAll();
    }
  }
}
