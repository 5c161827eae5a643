import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const OUT = new URL('../dist/desk/', import.meta.url).pathname
const SQUEEZED = new Set(['.html', '.js', '.css', '.svg'])

/** Puts a `.br` beside every file that gains by it, for the relay to serve as it is. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async closeBundle() {
      const found = await readdir(OUT, { recursive: true, withFileTypes: true })
      const names = found.filter((one) => one.isFile() && SQUEEZED.has(extname(one.name)))
      await Promise.all(names.map((one) => squeeze(join(one.parentPath, one.name))))
    },
  }
}

async function squeeze(name: string): Promise<void> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  await writeFile(`${name}.br`, await promisify(brotliCompress)(await readFile(name), { params }))
}

export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  base: '/desk/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [precompress()],
  build: { outDir: OUT, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
})
