import { rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'

/** The beginning of an Ogg stream, so that it is taken for sound. */
const OGG = Buffer.concat([
  Buffer.from('OggS\0\u0002'),
  Buffer.alloc(22),
  Buffer.from('OpusHead'),
  Buffer.alloc(2_000, 7),
])

let stand: Stand
let conversation: string
beforeAll(async () => {
  stand = await openStand()
  conversation = (await stand.write('hello')).conversation
})
afterAll(() => stand.close())

interface Uploaded {
  part: { kind: string; file: string; name: string; bytes: number; type: string }
  url: string
}

async function upload(content: Buffer | string, name: string, token = TOKENS.shop) {
  const path = `/v1/files?conversation=${conversation}&name=${encodeURIComponent(name)}`
  const headers = { 'content-type': 'application/octet-stream' }
  const answer = await stand.ask(path, { method: 'POST', token, headers, body: content as BodyInit })
  return { ...answer, ...(answer.body as unknown as Uploaded) }
}

const fetchFile = (url: string, init?: RequestInit) => fetch(new URL(url, stand.url), init)

describe('files over HTTP', () => {
  it('are uploaded as a part to send, and come back to readers of the log with a link', async () => {
    const { part, url } = await upload('the bill', '发票.txt')
    expect(part).toMatchObject({ kind: 'file', name: '发票.txt', bytes: 8, type: 'text/plain' })
    await stand.ask(`/v1/conversations/${conversation}/actions`, {
      method: 'POST',
      headers: { cookie: await stand.signIn(), origin: stand.url },
      json: { key: 'with-file', actions: [{ kind: 'reply', parts: [part] }] },
    })
    const { body } = await stand.ask(`/v1/conversations/${conversation}/entries?before=99&limit=1`, {
      token: TOKENS.shop,
    })
    expect(body.items?.[0]).toMatchObject({ body: { parts: [{ ...part, url }] } })
    expect(JSON.stringify(await stand.log(conversation))).not.toContain('&s=')
  })

  it('never run in a browser: only harmless media are shown in place, all without scripts', async () => {
    const { url } = await upload('<not really>'.slice(1), 'a".txt')
    const text = await fetchFile(url)
    expect(text.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''a.txt")
    expect(text.headers.get('content-type')).toBe('application/octet-stream')
    const { url: sound } = await upload(OGG, 'voice.ogg')
    const audio = await fetchFile(sound)
    expect(audio.headers.get('content-disposition')).toMatch(/^inline/)
    for (const { headers } of [text, audio]) {
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    }
  })

  it('are refused when the site does not take them', async () => {
    expect(await upload('<svg onload="alert(1)"/>', 'x.png')).toMatchObject({ status: 415 })
    expect(await upload(Buffer.alloc(100_001, 65), 'x.txt')).toMatchObject({ status: 413 })
    expect(await upload('hi', 'x.txt', TOKENS.other)).toMatchObject({ status: 404 })
  })

  it('open only with their signed link', async () => {
    const { url } = await upload('secret', 'a.txt')
    const bare = url.split('?')[0] ?? ''
    expect((await fetchFile(bare)).status).toBe(403)
    expect((await fetchFile(url.replace('&s=', '&s=A'))).status).toBe(403)
    expect(await (await fetchFile(url)).text()).toBe('secret')
  })

  it('say that they are not there when their content is gone or cut from the disk', async () => {
    for (const spoil of [(path: string) => rm(path), (path: string) => truncate(path, 3)]) {
      const { part, url } = await upload('the whole text', 'a.txt')
      await spoil(join(stand.folder, part.file.slice(2, 4), part.file))
      for (const method of ['GET', 'HEAD']) expect((await fetchFile(url, { method })).status).toBe(404)
    }
  })

  it('can be played from the middle', async () => {
    const { url } = await upload(OGG, 'voice.ogg')
    const range = async (value: string) => {
      const response = await fetchFile(url, { headers: { range: value } })
      const bytes = Buffer.from(await response.arrayBuffer())
      return [response.status, response.headers.get('content-range'), bytes] as const
    }
    const all = OGG.length
    expect(await range('bytes=0-3')).toEqual([206, `bytes 0-3/${all}`, OGG.subarray(0, 4)])
    expect(await range('bytes=2000-')).toEqual([206, `bytes 2000-${all - 1}/${all}`, OGG.subarray(2_000)])
    expect(await range('bytes=-5')).toEqual([206, `bytes ${all - 5}-${all - 1}/${all}`, OGG.subarray(all - 5)])
    expect(await range('bytes=10-99999')).toEqual([206, `bytes 10-${all - 1}/${all}`, OGG.subarray(10)])
    expect((await range(`bytes=${all}-`)).slice(0, 2)).toEqual([416, `bytes */${all}`])
    expect((await range('bytes=-0')).slice(0, 2)).toEqual([416, `bytes */${all}`])
    expect((await range('bytes=5-2'))[0]).toBe(200)
    expect((await range('bytes=0-1,4-5'))[0]).toBe(200)
  })

  it('tell their size without being sent, and are not sent again to who has them', async () => {
    const { url } = await upload(OGG, 'voice.ogg')
    const head = await fetchFile(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(OGG.length)])
    const etag = head.headers.get('etag') ?? ''
    expect((await fetchFile(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })
})
