import { defineConfig } from 'vite'

/** What every pass of `build.ts` shares. */
export default defineConfig({
  configFile: false,
  root: import.meta.dirname,
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', modulePreload: false, emptyOutDir: false, minify: 'oxc' },
})
