import { defineConfig } from 'vitest/config';
import { ClosingLines } from './test/world/closing-lines.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    reporters: ['default', new ClosingLines()],
  },
});
