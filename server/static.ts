import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { HutongError } from '@hutong/core/errors'
import type { Context } from 'hono'

export interface StaticFolder {
  /** Folder with the built files. */
  folder: string
  /** Path under which they are served, with slashes around it: `/desk/`. */
  path: string
  /** Which of the folder's files, by their names in it; all unless told. */
  only?: RegExp
  /** Whether pages of other origins may load them. */
  shared?: boolean
  /** Headers for every file, over the relay's own. */
  headers?: Readonly<Record<string, string>>
}

export interface StaticFiles {
  /** Answers a GET or HEAD; undefined when no built file is meant. */
  answer(c: Context): Response | undefined
  /** How many files there are below `path`. */
  count(path: string): number
}

interface Asset {
  content: Uint8Array<ArrayBuffer>
  brotli?: Uint8Array<ArrayBuffer>
  etag: string
  headers: Record<string, string>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.map': 'application/json',
}

/** Names as bundlers write them, `app.3fK9x2Qa.js` or `app-3fK9x2Qa.js`: their content never changes. */
const HASHED = /[.-](?=[a-z-]*[A-Z0-9_])[A-Za-z0-9_-]{6,10}\.[a-z0-9]+$/

/**
 * Reads the built files into memory once: only what was there at the start can be asked for, so no path leads out of a
 * folder. A folder that is missing serves nothing.
 */
export async function createStaticFiles(folders: readonly StaticFolder[]): Promise<StaticFiles> {
  const assets = new Map<string, Asset>()
  for (const one of folders) await load(one, assets)

  function answer(c: Context): Response | undefined {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return undefined
    const { path } = c.req
    const asset = assets.get(path.endsWith('/') ? `${path}index.html` : path)
    if (asset) return send(c, asset)
    return assets.has(`${path}/index.html`) ? c.redirect(`${path}/`, 308) : undefined
  }

  return { answer, count: (path) => [...assets.keys()].filter((one) => one.startsWith(path)).length }
}

async function load(one: StaticFolder, assets: Map<string, Asset>): Promise<void> {
  const found = await readdir(one.folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new HutongError('misconfigured', `cannot read ${one.folder}`, { cause: error })
    },
  )
  const names = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const name of names) {
    const inside = relative(one.folder, name).split(sep).join('/')
    const type = TYPES[extname(name)]
    if (type === undefined || one.only?.test(inside) === false) continue
    const content = await read(name)
    const brotli = names.includes(`${name}.br`) ? await read(`${name}.br`) : undefined
    const path = one.path + inside
    assets.set(path, { content, ...(brotli && { brotli }), etag: etagOf(content), headers: headersOf(one, path, type) })
  }
}

function headersOf(one: StaticFolder, path: string, type: string): Record<string, string> {
  return {
    'content-type': type,
    'cache-control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate',
    vary: 'accept-encoding',
    ...(one.shared ? { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' } : {}),
    ...one.headers,
  }
}

function send(c: Context, asset: Asset): Response {
  const squeezed = asset.brotli && /\bbr\b/.test(c.req.header('accept-encoding') ?? '') ? asset.brotli : undefined
  const etag = squeezed ? `${asset.etag.slice(0, -1)}-br"` : asset.etag
  const headers = { ...asset.headers, etag, ...(squeezed ? { 'content-encoding': 'br' } : {}) }
  const known = (c.req.header('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  if (known.includes(etag) || known.includes('*')) return c.body(null, 304, headers)
  const body = squeezed ?? asset.content
  return c.body(body, 200, { ...headers, 'content-length': String(body.byteLength) })
}

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(name))
}

function etagOf(content: Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
}
