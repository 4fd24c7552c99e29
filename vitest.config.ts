import { defineConfig } from 'vitest/config';
import { ClosingLines } from './test/world/closing-lines.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A limit, not a goal: on a busy machine everything takes longer and nothing may fail for that.
    expect: { poll: { timeout: 15_000, interval: 20 } },
    reporters: ['default', new ClosingLines()],
  },
});
