import type { DatabaseSync } from 'node:sqlite';
import { FiducialError } from '../../domain/errors.ts';

/** 'FidS': the file is ours, and is said so by `file`. */
const APPLICATION_ID = 0x46696453;

/**
 * Entry n takes a folder from version n to n + 1. Never edited once released, only added to.
 * Times are milliseconds since 1970.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE objects (
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    -- of the body: SHA-256, its file's name
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    -- CRC-32 of each MiB of the body, 4 bytes each, big-endian
    checks BLOB NOT NULL,
    etag TEXT NOT NULL,
    content_type TEXT,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (bucket, key)
  ) WITHOUT ROWID;

  CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    -- '' for messages sent without one
    grp TEXT NOT NULL,
    body TEXT NOT NULL,
    -- the end of its delay or of its lease
    visible_at INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    -- of the latest delivery; null before the first and after a release
    receipt TEXT
  );
  CREATE INDEX messages_by_turn ON messages (queue, grp, visible_at, id);

  -- A row for each group that has messages, so that turns and counts need no scan.
  CREATE TABLE groups (
    queue TEXT NOT NULL,
    grp TEXT NOT NULL,
    total INTEGER NOT NULL,
    -- the turn in which it was served last
    served INTEGER NOT NULL,
    PRIMARY KEY (queue, grp)
  ) WITHOUT ROWID;
  CREATE INDEX groups_by_turn ON groups (queue, served);

  CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
    INSERT INTO groups (queue, grp, total, served)
      VALUES (new.queue, new.grp, 1, (SELECT coalesce(max(served), 0) FROM groups WHERE queue = new.queue))
      ON CONFLICT (queue, grp) DO UPDATE SET total = total + 1;
  END;
  CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
    UPDATE groups SET total = total - 1 WHERE queue = old.queue AND grp = old.grp;
    DELETE FROM groups WHERE queue = old.queue AND grp = old.grp AND total <= 0;
  END;
  CREATE TRIGGER message_moved AFTER UPDATE OF queue ON messages WHEN old.queue <> new.queue BEGIN
    UPDATE groups SET total = total - 1 WHERE queue = old.queue AND grp = old.grp;
    DELETE FROM groups WHERE queue = old.queue AND grp = old.grp AND total <= 0;
    INSERT INTO groups (queue, grp, total, served)
      VALUES (new.queue, new.grp, 1, (SELECT coalesce(max(served), 0) FROM groups WHERE queue = new.queue))
      ON CONFLICT (queue, grp) DO UPDATE SET total = total + 1;
  END;

  -- Notifications that have sent their test event.
  CREATE TABLE notifications (
    bucket TEXT NOT NULL,
    prefix TEXT NOT NULL,
    queue TEXT NOT NULL,
    PRIMARY KEY (bucket, prefix, queue)
  ) WITHOUT ROWID;
  `,
  `
  -- Small bodies that need no file: written in the commit that refers to them.
  CREATE TABLE bodies (
    hash TEXT NOT NULL PRIMARY KEY,
    body BLOB NOT NULL
  );
  `,
];

export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version);
}

/** Whether the folder must be migrated before use. @throws INVALID_CONFIG for a folder of a later release. */
export function needsMigration(db: DatabaseSync, migrations: readonly string[] = MIGRATIONS): boolean {
  const version = schemaVersion(db);
  if (version > migrations.length) {
    throw new FiducialError(
      'INVALID_CONFIG',
      `Expected a data folder of version ${migrations.length} or earlier, got ${version}: a later release wrote it; use that release`,
    );
  }
  return version < migrations.length;
}

/** All steps that are missing, in one transaction. Only while no other process uses the folder. */
export function migrate(db: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const step of migrations.slice(schemaVersion(db))) db.exec(step);
    db.exec(`PRAGMA user_version = ${migrations.length}; PRAGMA application_id = ${APPLICATION_ID}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
