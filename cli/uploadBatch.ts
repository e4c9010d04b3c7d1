/** A folder to a batch to a run: create, upload in parallel with each file retried, commit, wait. */
import { openAsBlob } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import pRetry, { AbortError } from 'p-retry';
import { FiducialError } from '../domain/errors.ts';
import type { ManifestEntry } from '../domain/records.ts';
import { findTruth, type Truth } from '../training/data/readTruth.ts';
import type { Api, ApiRun, Policy } from './api.ts';
import { type ImageFile, listImages } from './images.ts';
import type { Output } from './output.ts';
import { failuresLine, failuresOf } from './runText.ts';

export interface UploadRequest {
  readonly name: string;
  readonly folder: string;
  readonly truth: Truth | null;
  readonly model: string;
  readonly crop: string | null;
  readonly errorThreshold: number;
}

const PARALLEL = 8;
const ATTEMPTS = 5;
/** A policy is renewed so long before it ends. */
const RENEW_BEFORE_MS = 60_000;
const POLL_MS = 500;

/** Gives the run's id. */
export async function uploadBatch(
  api: Api,
  request: UploadRequest,
  output: Output,
  signal: AbortSignal,
): Promise<string> {
  const files = await listImages([request.folder]);
  const created = await api.createBatch(request.name, signal);
  const policies = renewing(created.images, () => api.renewUpload(created.batch.id, signal));
  const progress = output.progress('uploading', files.length);
  const limit = pLimit(PARALLEL);
  let done = 0;
  try {
    await Promise.all(
      files.map((file) =>
        limit(async () => {
          signal.throwIfAborted();
          await uploadOne(
            async () => ({ policy: await policies(), key: file.key }),
            await openAsBlob(file.path),
            signal,
          );
          progress.update(++done);
        }),
      ),
    );
  } finally {
    progress.stop();
  }
  if (request.truth) await uploadManifest(created.manifest, manifestOf(files, request.truth), signal);
  return api.commitBatch(
    { batch: created.batch.id, model: request.model, crop: request.crop, errorThreshold: request.errorThreshold },
    signal,
  );
}

/** Images without truth have a line too: a manifest names all that is scored. */
function manifestOf(files: readonly ImageFile[], truth: Truth): ManifestEntry[] {
  return files.flatMap((file) => {
    const entries = findTruth(truth, file.key, file.path);
    return entries.length === 0 ? [{ key: file.key }] : entries.map((entry) => ({ ...entry, key: file.key }));
  });
}

function uploadManifest(policy: Policy, entries: readonly ManifestEntry[], signal: AbortSignal): Promise<void> {
  const body = new Blob(entries.map((entry) => `${JSON.stringify(entry)}\n`));
  return uploadOne(async () => ({ policy, key: '' }), body, signal);
}

async function uploadOne(
  target: () => Promise<{ policy: Policy; key: string }>,
  body: Blob,
  signal: AbortSignal,
): Promise<void> {
  await pRetry(
    async () => {
      const { policy, key } = await target();
      const form = new FormData();
      for (const { name, value } of policy.fields) if (name !== 'key') form.append(name, value);
      form.append('key', policy.key ?? `${policy.keyPrefix}${key}`);
      form.append('file', body);
      const response = await fetch(policy.url, { method: 'POST', body: form, signal });
      if (response.ok) return;
      const text = (await response.text()).slice(0, 300);
      const error = new FiducialError(
        'INVALID_INPUT',
        `Expected the store to take ${policy.keyPrefix}${key}, got ${response.status}: ${text}`,
      );
      if (response.status < 500 && response.status !== 429) throw new AbortError(error);
      throw error;
    },
    { retries: ATTEMPTS - 1, minTimeout: 200, randomize: true, signal },
  );
}

/** The policy at hand while it lasts; one renewal for all that ask at once. */
function renewing(first: Policy, renew: () => Promise<Policy>): () => Promise<Policy> {
  let current = Promise.resolve(first);
  return async () => {
    const asked = current;
    const policy = await asked;
    if (Date.parse(policy.expiresAt) - Date.now() > RENEW_BEFORE_MS) return policy;
    if (current === asked) current = renew();
    return current;
  };
}

/** Until every item has its outcome. Throws what a rejected commit was rejected for, CANCELLED. */
export async function waitForRun(api: Api, id: string, output: Output, signal: AbortSignal): Promise<ApiRun> {
  let progress: ReturnType<Output['progress']> | null = null;
  try {
    for (;;) {
      const run = await api.run(id, signal);
      if (run.status === 'REJECTED')
        throw new FiducialError(run.rejection!.code as 'INVALID_COMMIT', run.rejection!.message, {
          ids: { run: run.run },
        });
      if (run.status === 'CANCELLED') throw new FiducialError('CANCELLED', `Run ${run.run} was cancelled`);
      if (run.progress) {
        const { items, scored, failed } = run.progress;
        progress ??= output.progress('scoring', items);
        progress.update(scored + failed, failuresLine(failed, failuresOf(run)));
      }
      if (run.status === 'DONE' || run.status === 'FAILED') return run;
      await delay(POLL_MS, undefined, { signal });
    }
  } finally {
    progress?.stop();
  }
}
