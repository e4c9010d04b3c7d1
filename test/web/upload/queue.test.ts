import { describe, expect, test } from 'vitest';
import type { Policy } from '../../../web/api/operations.generated.ts';
import { PostError, type Posting } from '../../../web/upload/post.ts';
import { type QueueParts, UploadQueue } from '../../../web/upload/queue.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function policy(url: string, minutes = 15): Policy {
  const expiresAt = new Date(NOW + minutes * 60_000).toISOString();
  return { url, fields: [], key: null, keyPrefix: 'p/batches/b/images/', minBytes: 0, maxBytes: 1e9, expiresAt };
}

function files(count: number) {
  return Array.from({ length: count }, (_, i) => ({ key: `${i}.jpg`, file: new Blob(['12345']) }));
}

interface Watched {
  readonly parts: QueueParts;
  readonly posted: string[];
  readonly pauses: number[];
  renewals: number;
}

function watched(post: (posting: Posting, attempt: number) => Promise<void>): Watched {
  const attempts = new Map<string, number>();
  const seen: Watched = {
    posted: [],
    pauses: [],
    renewals: 0,
    parts: {
      now: () => NOW,
      sleep: async (ms) => void seen.pauses.push(ms),
      renew: async () => {
        seen.renewals++;
        return policy(`renewed ${seen.renewals}`);
      },
      post: async (posting) => {
        const attempt = (attempts.get(posting.key) ?? 0) + 1;
        attempts.set(posting.key, attempt);
        seen.posted.push(posting.policy.url);
        await post(posting, attempt);
      },
    },
  };
  return seen;
}

describe('an upload queue', () => {
  test('sends every file below the prefix of its policy, several at a time', async () => {
    let now = 0;
    let most = 0;
    const keys: string[] = [];
    const seen = watched(async ({ key, onSent }) => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      onSent(3);
      keys.push(key);
      now--;
    });
    const queue = new UploadQueue(seen.parts, policy('first'), files(40));
    await queue.run();
    expect(queue.totals()).toEqual({ files: 40, sent: 40, failed: 0, bytes: 200, sentBytes: 200 });
    expect(new Set(keys).size).toBe(40);
    expect(keys.every((key) => key.startsWith('p/batches/b/images/'))).toBe(true);
    expect(most).toBe(6);
  });

  test('tries a passing failure again, after longer and longer pauses', async () => {
    const seen = watched(async (_, attempt) => {
      if (attempt < 4) throw new PostError('again', 'Storage answered 503');
    });
    const queue = new UploadQueue(seen.parts, policy('first'), files(1));
    await queue.run();
    expect(queue.totals()).toMatchObject({ sent: 1, failed: 0 });
    expect(seen.pauses).toEqual([400, 800, 1600]);
  });

  test('names a file that is refused, goes on with the others, and tries it again when asked', async () => {
    let full = true;
    const seen = watched(async ({ key }) => {
      if (full && key.endsWith('/1.jpg')) throw new PostError('refused', 'EntityTooLarge');
    });
    const queue = new UploadQueue(seen.parts, policy('first'), files(3));
    await queue.run();
    expect(queue.totals()).toMatchObject({ sent: 2, failed: 1 });
    expect(queue.uploads()[1]).toMatchObject({ key: '1.jpg', state: 'failed', message: 'EntityTooLarge' });
    full = false;
    await queue.retryFailed();
    expect(queue.totals()).toMatchObject({ sent: 3, failed: 0 });
  });

  test('renews a policy that is about to expire once, for all that wait', async () => {
    const seen = watched(async () => {});
    const queue = new UploadQueue(seen.parts, policy('old', 0.5), files(20));
    await queue.run();
    expect(seen.renewals).toBe(1);
    expect(new Set(seen.posted)).toEqual(new Set(['renewed 1']));
  });

  test('renews a policy that storage calls expired', async () => {
    const seen = watched(async ({ policy: { url } }) => {
      if (url === 'old') throw new PostError('expired', 'Policy expired');
    });
    const queue = new UploadQueue(seen.parts, policy('old'), files(1));
    await queue.run();
    expect(seen.posted).toEqual(['old', 'renewed 1']);
    expect(queue.totals().sent).toBe(1);
  });

  test('gives a file up after six attempts, and says why', async () => {
    const seen = watched(async () => {
      throw new PostError('again', 'Storage does not answer');
    });
    const queue = new UploadQueue(seen.parts, policy('first'), files(1));
    await queue.run();
    expect(seen.posted).toHaveLength(6);
    expect(queue.uploads()[0]).toMatchObject({ state: 'failed', message: 'Storage does not answer' });
  });

  test('starts no file once it is stopped', async () => {
    const seen = watched(async () => queue.stop());
    const queue: UploadQueue = new UploadQueue(seen.parts, policy('first'), files(100));
    await queue.run();
    expect(seen.posted.length).toBeLessThanOrEqual(6);
  });
});
