import { defineConfig } from 'vite'

/** What every pass of `build.ts` shares. */
export default defineConfig({
  configFile: false,
  root: import.meta.dirname,
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: ['chrome123', 'firefox128', 'safari18'], modulePreload: false, emptyOutDir: false, minify: 'oxc' },
})
