import { defineConfig } from 'vitest/config'

const oxc = { jsx: { runtime: 'automatic' as const, importSource: 'preact' } }

export default defineConfig({
  oxc,
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{adapters/*,server,widget,demo}/**/*.test.ts'],
          exclude: [
            '**/node_modules/**',
            '**/dist/**',
            '**/shape.test.ts',
            'demo/e2e/**',
            'server/fault/**',
            'widget/weight/**',
          ],
        },
      },
      {
        oxc,
        test: {
          name: 'dom',
          include: ['{server/desk,widget}/**/*.test.tsx'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          environment: 'happy-dom',
        },
      },
      { test: { name: 'shape', include: ['adapters/core/shape.test.ts'] } },
      { test: { name: 'weight', include: ['widget/weight/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'fault', include: ['server/fault/*.test.ts'], testTimeout: 600_000 } },
      {
        test: {
          name: 'e2e',
          include: ['demo/e2e/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
