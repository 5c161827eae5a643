import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import { type MinifyOptions, minify } from 'terser'
import terser from 'terser/package.json' with { type: 'json' }
import { build, mergeConfig, type Plugin, type UserConfig } from 'vite'
import shared from './vite.config.ts'

/**
 * Builds what goes out: `dist/widget/` the chat and its lazy chunks, `dist/hutong.js` the script tag that knows their names,
 * `dist/npm/` the package. Beside every script-tag file lies its brotli form.
 */
const DIST = join(import.meta.dirname, 'dist')

/** No arrow function of ours is used with `new`. */
const TERSER: MinifyOptions = {
  ecma: 2020,
  module: true,
  toplevel: true,
  compress: { passes: 3, unsafe_arrows: true },
}

/** Terser finds another two per cent after the bundler's own minifier, so it comes after the names are given. */
const small: Plugin = {
  name: 'small',
  augmentChunkHash: () => terser.version + JSON.stringify(TERSER),
  async generateBundle(_options, bundle) {
    for (const one of Object.values(bundle))
      if (one.type === 'chunk') one.code = (await minify(one.code, TERSER)).code ?? one.code
  },
}

interface Chunk {
  fileName: string
  name: string
}

async function pass(config: UserConfig): Promise<Chunk[]> {
  const built = await build(mergeConfig(shared, config))
  const outputs = Array.isArray(built) ? built : [built]
  return outputs.flatMap((one) => ('output' in one ? one.output : [])).filter((one) => one.type === 'chunk')
}

function buildApp(): Promise<Chunk[]> {
  return pass({
    plugins: [small],
    build: {
      outDir: join(DIST, 'widget'),
      // As a library, since Vite puts a preloader of its own into the chunks of an application.
      lib: { entry: { app: join(import.meta.dirname, 'app.ts') }, formats: ['es'] },
      rolldownOptions: {
        preserveEntrySignatures: 'allow-extension',
        output: { entryFileNames: '[name].[hash:6].js', chunkFileNames: '[name].[hash:6].js', minify: true },
      },
    },
  })
}

async function buildLoader(chunks: readonly Chunk[]) {
  const fileOf = (name: string) => {
    const found = chunks.find((one) => one.name === name)
    if (!found) throw new Error(`the build made no chunk ${name}`)
    return found.fileName
  }
  const bare = (file: string) => file.replace(/\.js$/, '')
  await pass({
    plugins: [small],
    define: {
      APP: JSON.stringify(`widget/${fileOf('app')}`),
      LOCALES: JSON.stringify({ en: bare(fileOf('en')), zh: bare(fileOf('zh-CN')) }),
    },
    build: {
      outDir: DIST,
      lib: {
        entry: join(import.meta.dirname, 'loader.ts'),
        formats: ['iife'],
        name: 'hutong',
        fileName: () => 'hutong.js',
      },
    },
  })
}

async function buildPackage() {
  await pass({
    build: {
      outDir: join(DIST, 'npm'),
      minify: false,
      lib: {
        entry: { index: join(import.meta.dirname, 'index.ts'), preact: join(import.meta.dirname, 'preact.ts') },
        formats: ['es'],
      },
      rolldownOptions: {
        external: [/^preact/, /^@preact\//, 'socket.io-client'],
        output: { chunkFileNames: '[name].js' },
      },
    },
  })
}

/** Servers send these as they are, so the hardest setting is paid here once. */
async function squeeze(file: string) {
  const content = await readFile(file)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  await writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params }))
}

await rm(DIST, { recursive: true, force: true })
await buildLoader(await buildApp())
await buildPackage()
const chunks = (await readdir(join(DIST, 'widget'))).map((name) => join(DIST, 'widget', name))
await Promise.all([join(DIST, 'hutong.js'), ...chunks].map(squeeze))
