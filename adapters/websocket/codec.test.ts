import { readFileSync } from 'node:fs'
import type { Body, Entry } from '@hutong/core/entry'
import { describe, expect, it } from 'vitest'
import { decodeSend, encodeEntry, encodeFrame, encodePage } from './codec.ts'

interface Fixture {
  what: string
  packet: { key: string } | null
  body?: Body
  /** Which field the refusal names. */
  field?: string
}

const FIXTURES: Fixture[] = JSON.parse(readFileSync(new URL('fixtures/sends.json', import.meta.url), 'utf8'))
const url = ({ id }: { id: string }) => `https://relay.example/files/${id}?s=1`

function entryOf(seq: number, body: Body): Entry {
  return { conversation: 'v_1', seq, key: `k_${seq}`, at: seq, from: { kind: 'agent', id: 'a_1' }, body }
}

describe('a recorded packet', () => {
  it.each(FIXTURES.filter(({ body }) => body))('is understood: $what', ({ packet, body }) => {
    expect(decodeSend(packet)).toEqual({ key: packet?.key, body })
  })

  it.each(FIXTURES.filter(({ body }) => !body))('is refused by name: $what', ({ packet, field }) => {
    expect(() => decodeSend(packet)).toThrow(expect.objectContaining({ code: 'invalid', field }))
  })

  it('cannot put names of the language into a form', () => {
    const packet = JSON.parse('{"key":"k","body":{"kind":"answer","of":1,"values":{"__proto__":"x","a":"b"}}}')
    const { body } = decodeSend(packet)
    expect(body.kind === 'answer' && Object.getPrototypeOf(body.values)).toBe(Object.prototype)
  })
})

describe('a frame', () => {
  it.each([1, 125, 126, 65_535, 65_536, 90_000])('carries a packet of %i bytes as RFC 6455 says', (bytes) => {
    const packet = 'é'.repeat((bytes - 1) / 2).padEnd(Math.ceil((bytes - 1) / 2), 'x')
    const frame = encodeFrame(packet)
    const size = frame.readUInt8(1)
    const start = size < 126 ? 2 : size === 126 ? 4 : 10
    const length = size < 126 ? size : size === 126 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2))
    expect([frame[0], frame.length]).toEqual([0x81, start + length])
    expect(frame.subarray(start).toString()).toBe(`4${packet}`)
  })
})

describe('what a visitor reads', () => {
  it('has a link for every stored file, and leaves the stored entry as it was', () => {
    const stored = entryOf(1, { kind: 'message', parts: [{ kind: 'file', file: 'f_9', name: 'a.pdf' }] })
    const seen = encodeEntry(stored, url)
    expect(seen.body).toMatchObject({ parts: [{ file: 'f_9', url: 'https://relay.example/files/f_9?s=1' }] })
    expect(stored.body).toEqual({ kind: 'message', parts: [{ kind: 'file', file: 'f_9', name: 'a.pdf' }] })
  })

  it('comes in pages below the packet limit that keep the end that was asked for', () => {
    const long = (seq: number) =>
      entryOf(seq, { kind: 'message', parts: [{ kind: 'text', text: '汉'.repeat(8_000), format: 'plain' }] })
    const page = { conversation: 'v_1', entries: [1, 2, 3, 4, 5].map(long), last: 9 }
    const seqs = (keep: 'oldest' | 'newest') => encodePage(page, keep, url).entries.map(({ seq }) => seq)
    expect(seqs('oldest')).toEqual([1, 2])
    expect(seqs('newest')).toEqual([4, 5])
  })
})
