import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One LocalStack for the run; tests that need none start none.
    globalSetup: ['test/localStack.global.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are what the suite is tuned for; more files at once only make the timed ones flaky.
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: [
        'domain/**',
        'storage/**',
        'imaging/**',
        'inference/**',
        'scoring/**',
        'training/**',
        'graphql/**',
        'cli/**',
      ],
    },
  },
});
