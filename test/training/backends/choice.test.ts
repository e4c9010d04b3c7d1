import { describe, expect, test } from 'vitest';
import { listBackends, openBackend } from '../../../training/backends/index.ts';

describe('the choice of a backend', () => {
  test('lists the best first, and says of an absent one how to get it', () => {
    const backends = listBackends();
    expect(backends.map(({ name }) => name)).toEqual(['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu']);
    for (const { available, reason } of backends) expect(reason === null).toBe(available);
    expect(backends.find(({ name }) => name === 'wasm')!.available).toBe(true);
  });

  test('takes the first that is there when none is named', async () => {
    const best = listBackends().find(({ available }) => available)!.name;
    const backend = await openBackend();
    expect(backend.name).toBe(best);
    expect(backend.versions.tfjs).toBe('4.22.0');
  });

  test('refuses what was asked for and is absent, and falls back on nothing', async () => {
    const absent = listBackends().filter(({ available }) => !available);
    for (const { name } of absent) {
      await expect(openBackend(name)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', ids: { backend: name } });
    }
    // The GPU package is installed in its container only, so that this is never vacuous elsewhere.
    expect(absent.length > 0 || listBackends()[0]!.available).toBe(true);
  });
});
