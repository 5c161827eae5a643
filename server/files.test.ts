import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredFile } from '@hutong/core/adapter'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFiles, type Files, partOf } from './files.ts'
import { createSqliteStore } from './stores/sqlite.ts'
import type { Store } from './stores/store.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

let folder: string
let store: Store
let files: Files
let at = 1_700_000_000_000
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-files-'))
  store = createSqliteStore({ path: join(folder, 'hutong.sqlite') })
  await store.migrate()
  files = open()
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

function open(origin = ''): Files {
  const uploads = { maxBytes: 50_000, types: ['image/*', 'video/*', 'text/plain', 'text/csv', 'application/zip'] }
  const secret = 'a secret that is only used in tests'
  return createFiles({
    folder: join(folder, 'files'),
    store,
    secret,
    clock: { now: () => at },
    origin: () => origin,
    limits: (_, channel) => (channel === undefined ? uploads : { maxBytes: 200_000, types: ['*/*'] }),
  })
}

function put(
  content: string | Uint8Array,
  meta: { name?: string; type?: string; maxBytes?: number; channel?: string } = {},
) {
  return files.put(new Blob([content as BlobPart]).stream(), { site: 'shop', name: 'a.bin', ...meta })
}

/** Every file on disk below the storage's folder. */
async function onDisk(): Promise<string[]> {
  const found = await readdir(join(folder, 'files'), { recursive: true, withFileTypes: true })
  return found.filter((one) => one.isFile()).map(({ name }) => name)
}

async function content({ id }: StoredFile): Promise<Buffer> {
  const found = await files.get(id)
  return Buffer.from(await new Response(found?.content).arrayBuffer())
}

describe('storing a file', () => {
  it('takes of a mailbox what it does not take of the widget', async () => {
    const page = '<!doctype html><p>hello'
    await expect(put(page)).rejects.toMatchObject({ code: 'unsupported_type' })
    expect(await put(page, { channel: 'mail' })).toMatchObject({ type: 'text/html' })
    const large = Buffer.alloc(100_000, 'x')
    await expect(put(large)).rejects.toMatchObject({ code: 'too_large' })
    expect(await put(large, { channel: 'mail' })).toMatchObject({ bytes: 100_000 })
  })

  it('keeps every byte and says what it is', async () => {
    const file = await put(PNG, { name: 'dot.png', type: 'text/html' })
    expect(file).toMatchObject({ site: 'shop', name: 'dot.png', type: 'image/png', bytes: PNG.length })
    expect(await content(file)).toEqual(PNG)
    expect(partOf(file)).toEqual({
      kind: 'image',
      file: file.id,
      name: 'dot.png',
      type: 'image/png',
      bytes: PNG.length,
    })
  })

  it.each([
    ['a script in a picture', SVG, 'image/svg+xml'],
    ['a page that claims to be a picture', '\uFEFF <!doctype html><b>hi</b>', 'image/png'],
    ['XML', '<?xml version="1.0"?><a/>', 'text/plain'],
    ['a program', Buffer.from('7f454c4602010100', 'hex'), 'image/png'],
    ['bytes of no known kind', Buffer.from([0, 1, 2, 3, 250]), 'image/png'],
  ])('refuses %s', async (_, bytes, type) => {
    await expect(put(bytes, { type })).rejects.toMatchObject({ code: 'unsupported_type' })
  })

  it('refuses what is too large or empty and leaves nothing on the disk', async () => {
    const before = await onDisk()
    await expect(put(Buffer.alloc(50_001))).rejects.toMatchObject({ code: 'too_large' })
    await expect(put(PNG, { maxBytes: 10 })).rejects.toMatchObject({ code: 'too_large' })
    await expect(put('')).rejects.toMatchObject({ code: 'invalid' })
    await expect(put(SVG)).rejects.toMatchObject({ code: 'unsupported_type' })
    expect(await onDisk()).toEqual(before)
  })

  it('leaves nothing on the disk when the sender goes away', async () => {
    const before = await onDisk()
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(PNG),
      pull: (controller) => controller.error(new Error('connection lost')),
    })
    await expect(files.put(broken, { site: 'shop', name: 'x' })).rejects.toThrow('connection lost')
    expect(await onDisk()).toEqual(before)
  })

  it('believes the claim only between types that begin alike', async () => {
    expect((await put('a;b\n1;2', { type: 'text/csv' })).type).toBe('text/csv')
    expect((await put('a;b\n1;2', { type: 'application/pdf' })).type).toBe('text/plain')
    expect((await put(Buffer.from('你好，世界'), {})).type).toBe('text/plain')
  })

  it('recognises text in Chinese of the older encodings', async () => {
    expect((await put(Buffer.from('c4e3bac3a3acca c0bde7'.replaceAll(' ', ''), 'hex'))).type).toBe('text/plain')
  })

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\bill.txt', 'bill.txt'],
    ['photo\u202Egnp.exe', 'photognp.exe'],
    ['.htaccess', 'htaccess'],
    ['发票 1.txt', '发票 1.txt'],
    ['...', 'file'],
  ])('shows readers %j as %j', async (name, shown) => {
    expect((await put('text', { name })).name).toBe(shown)
  })
})

describe('a file that no message takes up', () => {
  it('is deleted after a day, others stay', async () => {
    const [forgotten, sent] = [await put(PNG), await put(PNG)]
    await store.useFile(sent.id)
    at += 24 * 3_600_000
    const young = await put(PNG)
    expect(await files.sweep()).toBe(0)
    at += 1
    expect(await files.sweep()).toBeGreaterThan(0)
    const left = await onDisk()
    expect([left.includes(forgotten.id), left.includes(sent.id), left.includes(young.id)]).toEqual([false, true, true])
    expect(await files.about(forgotten.id)).toBeUndefined()
    expect(await files.about(sent.id)).toEqual(sent)
  })
})

describe('a link to a file', () => {
  const query = (url: string) => Object.fromEntries(new URL(url, 'http://x').searchParams) as { e: string; s: string }

  it('works for a day and is then over', async () => {
    const file = await put(PNG)
    const link = query(files.url(file))
    expect(files.verify(file.id, link)).toBeGreaterThanOrEqual(at + 24 * 3_600_000)
    at += 24 * 3_600_000
    expect(files.verify(file.id, link)).toBeDefined()
    at += 3_600_000
    expect(files.verify(file.id, link)).toBeUndefined()
  })

  it('stays the same for a while, so that browsers need not fetch again', async () => {
    const file = await put(PNG)
    at = Math.ceil(at / 3_600_000) * 3_600_000 + 1
    const first = files.url(file)
    at += 3_500_000
    expect(files.url(file)).toBe(first)
  })

  it('opens no other file and cannot be prolonged or forged', async () => {
    const [one, other] = [await put(PNG), await put(PNG)]
    const link = query(files.url(one))
    expect(files.verify(other.id, link)).toBeUndefined()
    expect(files.verify(one.id, { ...link, e: String(Number(link.e) + 1) })).toBeUndefined()
    expect(files.verify(one.id, { ...link, s: '' })).toBeUndefined()
    expect(files.verify(one.id, { e: undefined, s: undefined })).toBeUndefined()
  })

  it('begins with the public address where one is configured', async () => {
    const file = await put(PNG)
    expect(open('https://chat.example/').url(file)).toMatch(/^https:\/\/chat\.example\/files\/f_/)
  })

  it('to a made-up or malicious id finds nothing', async () => {
    expect(await files.get('f_aaaaaaaaaaaaaaaaaaaaaa')).toBeUndefined()
    expect(await files.about('../../etc/passwd')).toBeUndefined()
  })
})
