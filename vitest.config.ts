import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's ES module for our files, while the packages that use it take its CommonJS: two of a kind.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    // One LocalStack for the run; tests that need none start none.
    globalSetup: ['test/localStack.global.ts'],
    testTimeout: 90_000,
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
