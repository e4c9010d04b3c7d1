import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FiducialError } from '../../domain/errors.ts';
import type { Queues, Stores } from '../ports.ts';
import { type BackupReport, backupFolder, DATABASE, syncParent } from './backup.ts';
import { Bodies } from './bodies.ts';
import { translateFailure } from './failures.ts';
import { assertLocalFileSystem } from './fileSystem.ts';
import { EmbeddedJobQueue } from './jobQueue.ts';
import { Ledger } from './ledger.ts';
import { MessageRows } from './messageRows.ts';
import { type NotificationRule, Notifications } from './notifications.ts';
import { EmbeddedObjectStore } from './objectStore.ts';
import { Presence } from './presence.ts';
import { migrate, needsMigration, schemaVersion } from './schema.ts';
import { readOrMakeSecret, Signer } from './signing.ts';
import { SmallBodies } from './smallBodies.ts';

export { type BackupReport, DATABASE } from './backup.ts';
export type { NotificationRule } from './notifications.ts';
export { Signer, type VerifiedDownload, type VerifiedUpload } from './signing.ts';

export interface EmbeddedOptions {
  /** Made where it is not there. */
  readonly folder: string;
  /** Of the API, for signed uploads and downloads. */
  readonly baseUrl?: string | (() => string);
  /** Receives before a message is a dead letter. Default 10. */
  readonly maxReceives?: number;
  /** Default: commits in `uploads` go to `plan`. */
  readonly notifications?: readonly NotificationRule[];
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: () => number;
}

export interface Embedded {
  readonly folder: string;
  /** Of the schema in the folder. */
  readonly folderVersion: number;
  readonly stores: Stores;
  readonly queues: Queues;
  /** Checks what `signUpload` and `signDownload` have signed. */
  readonly signer: Signer;
  /** Bodies that nothing referred to any more, removed at this start. Null where other processes were here already. */
  readonly collected: number | null;
  backup(to: string): Promise<BackupReport>;
  /** What was begun is finished first. */
  close(): Promise<void>;
}

const COMMITS: NotificationRule = { bucket: 'uploads', prefix: 'commits/', queue: 'plan' };

/**
 * The whole storage in one folder. Several processes may open it at once; the first of them, alone, brings its schema
 * up to date and collects what nothing refers to.
 * @throws INVALID_CONFIG on a network file system or a folder of a later release; STORAGE_FULL; CORRUPT_STORE.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const folder = resolve(options.folder);
  try {
    await mkdir(folder, { recursive: true });
    await assertLocalFileSystem(folder);
    return await openFolder(folder, options);
  } catch (error) {
    throw translateFailure(error, `The data folder ${folder}`);
  }
}

async function openFolder(folder: string, options: EmbeddedOptions): Promise<Embedded> {
  const now = options.now ?? Date.now;
  const bodies = new Bodies(folder);
  const presence = new Presence(join(folder, 'presence.sqlite'));
  const ledger = new Ledger(join(folder, DATABASE));
  const close = async () => {
    await ledger.close();
    await bodies.close();
    presence.leave();
  };
  try {
    const collected = await enter(presence, ledger, bodies, folder);
    const rows = new MessageRows(ledger, now);
    const notifications = new Notifications(options.notifications ?? [COMMITS], ledger, rows, now);
    await notifications.configure();
    const secret = await readOrMakeSecret(folder);
    const signer = new Signer({ secret, now, ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }) });
    const parts = { ledger, bodies, notifications, signer, now };
    const small = smallBodiesOf(ledger);
    const store = (bucket: string, smallBodies: SmallBodies | null) =>
      new EmbeddedObjectStore(bucket, { ...parts, smallBodies });
    const queue = (name: string) => new EmbeddedJobQueue(name, ledger, rows, options.maxReceives ?? 10);
    return {
      folder,
      folderVersion: schemaVersion(ledger.db),
      stores: { uploads: store('uploads', null), results: store('results', small), models: store('models', small) },
      queues: { plan: queue('plan'), score: queue('score'), train: queue('train') },
      signer,
      collected,
      backup: (to) => backupFolder(folder, ledger, bodies, resolve(to)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function smallBodiesOf(ledger: Ledger): SmallBodies {
  return new SmallBodies((sql) => ledger.sql(sql));
}

/** Gives how many bodies were collected, or null where this process was not alone. */
async function enter(presence: Presence, ledger: Ledger, bodies: Bodies, folder: string): Promise<number | null> {
  let collected: number | null = null;
  await presence.enter(async () => {
    await ledger.configure();
    if (needsMigration(ledger.db)) migrate(ledger.db);
    await bodies.create();
    const referenced = new Set<unknown>();
    for (const row of ledger.db.prepare('SELECT hash FROM objects').iterate()) referenced.add(row.hash);
    collected = (await bodies.collect((hash) => referenced.has(hash))) + smallBodiesOf(ledger).collect();
    await syncParent(join(folder, DATABASE));
    await syncParent(folder);
  });
  if (collected === null) await ledger.configure();
  if (await ledger.retry(() => needsMigration(ledger.db))) {
    throw new FiducialError(
      'INVALID_CONFIG',
      `Expected to be alone with a folder of an earlier release, but processes of that release use ${folder}; stop them first`,
    );
  }
  return collected;
}
