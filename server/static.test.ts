import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deskPolicy } from './built-files.ts'
import { createStaticFiles } from './static.ts'

const LOADER = 'console.log("hutong")\n'.repeat(20)
let root: string
let app: Hono

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hutong-static-'))
  await mkdir(join(root, 'widget/widget'), { recursive: true })
  await mkdir(join(root, 'widget/npm'), { recursive: true })
  await mkdir(join(root, 'desk/assets'), { recursive: true })
  await writeFile(join(root, 'secret.js'), 'no')
  await writeFile(join(root, 'widget/hutong.js'), LOADER)
  await writeFile(join(root, 'widget/hutong.js.br'), brotliCompressSync(LOADER))
  await writeFile(join(root, 'widget/widget/app.B3xK9q_z.js'), 'export {}')
  await writeFile(join(root, 'widget/npm/index.js'), 'export {}')
  await writeFile(join(root, 'desk/index.html'), '<!doctype html>')
  await writeFile(join(root, 'desk/.env'), 'no')
  const files = await createStaticFiles([
    { folder: join(root, 'widget'), path: '/', only: /^(hutong\.js|widget\/)/, shared: true },
    {
      folder: join(root, 'desk'),
      path: '/desk/',
      headers: { 'content-security-policy': deskPolicy('https://chat.example') },
    },
    { folder: join(root, 'never-built'), path: '/other/' },
  ])
  app = new Hono()
  app.use((c, next) => Promise.resolve(files.answer(c) ?? next()))
})
afterEach(() => rm(root, { recursive: true }))

const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers })

it('serves what was compressed at build to clients that take it, and the plain file to others', async () => {
  const squeezed = await get('/hutong.js', { 'accept-encoding': 'gzip, br' })
  expect(squeezed.headers.get('content-encoding')).toBe('br')
  expect(brotliDecompressSync(await squeezed.arrayBuffer()).toString()).toBe(LOADER)
  const plain = await get('/hutong.js')
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await plain.text()).toBe(LOADER)
  expect(plain.headers.get('vary')).toBe('accept-encoding')
  expect(plain.headers.get('etag')).not.toBe(squeezed.headers.get('etag'))
})

it('lets every site load the widget, and nobody else the desk', async () => {
  const widget = await get('/widget/app.B3xK9q_z.js')
  expect(widget.headers.get('access-control-allow-origin')).toBe('*')
  expect(widget.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  expect((await get('/desk/')).headers.get('access-control-allow-origin')).toBeNull()
})

it('keeps files with a hash in their name for ever and asks again for the others', async () => {
  expect((await get('/widget/app.B3xK9q_z.js')).headers.get('cache-control')).toContain('immutable')
  expect((await get('/hutong.js')).headers.get('cache-control')).not.toContain('immutable')
  expect((await get('/desk/')).headers.get('cache-control')).toContain('must-revalidate')
})

it('sends nothing again that the client has', async () => {
  const etag = (await get('/hutong.js')).headers.get('etag') ?? ''
  const again = await get('/hutong.js', { 'if-none-match': `"other", ${etag}` })
  expect([again.status, await again.text()]).toEqual([304, ''])
  expect((await get('/hutong.js', { 'if-none-match': '"other"' })).status).toBe(200)
})

it('gives the desk a policy under which only its own scripts run and nobody frames it', async () => {
  const policy = (await get('/desk/')).headers.get('content-security-policy')
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("connect-src 'self' wss://chat.example")
  expect(policy).not.toContain('unsafe')
})

it('finds the page of a folder and sends /desk to /desk/', async () => {
  expect((await get('/desk/')).headers.get('content-type')).toBe('text/html; charset=utf-8')
  const answer = await get('/desk')
  expect([answer.status, answer.headers.get('location')]).toEqual([308, '/desk/'])
})

it('serves nothing outside its folders and nothing it does not know the type of', async () => {
  for (const path of [
    '/../secret.js',
    '/desk/../../secret.js',
    '/desk/%2e%2e/%2e%2e/secret.js',
    '/desk/..%2f..%2fsecret.js',
    '/npm/index.js',
    '/desk/.env',
    '/other/',
    '/hutong.js.br',
  ])
    expect([path, (await get(path)).status]).toEqual([path, 404])
})

it('answers no method that would change something', async () => {
  expect((await app.request('/hutong.js', { method: 'POST' })).status).toBe(404)
  expect(await (await app.request('/hutong.js', { method: 'HEAD' })).text()).toBe('')
})
