import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'
import { build } from 'vite'
import { expect, it } from 'vitest'

/** Bytes by brotli that the desk's programs may have together. */
const BUDGET = 65_000

it('the desk is small to load: it brings no descriptions of the wire along, and stays within its budget', async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: new URL('.', import.meta.url).pathname,
    base: '/desk/',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { write: false, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  })
  const output = 'output' in built ? built.output : []
  const programs = output.flatMap((one) => (one.type === 'chunk' ? [one.code] : []))
  expect(programs.length).toBeGreaterThan(0)
  expect(programs.join('')).not.toContain('_zod')
  const sizes = await Promise.all(programs.map(async (code) => (await promisify(brotliCompress)(code)).length))
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(BUDGET)
}, 60_000)
