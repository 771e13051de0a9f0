import { defineConfig } from 'vitest/config';

/** Tests that need the Spark server of `npm run spark:up`. */
export default defineConfig({
  test: {
    include: ['test/spark/*.test.ts'],
    // The server has two executors of one core each.
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
