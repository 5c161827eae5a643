import type { InlineConfig } from 'vite'

/** What every pass of `build.ts` shares. The targets are the first that know `light-dark()` and colours made from others. */
export default {
  configFile: false,
  root: import.meta.dirname,
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: ['chrome123', 'firefox128', 'safari18'],
    modulePreload: false,
    emptyOutDir: false,
    minify: 'oxc',
    rolldownOptions: { checks: { pluginTimings: false } },
  },
} satisfies InlineConfig
