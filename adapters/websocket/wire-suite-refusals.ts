import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EntriesPacket } from '@hutong/core/wire'
import { crowd, errorOf, PATIENCE, visit, words } from './wire-client.ts'
import type { WireCase } from './wire-suite.ts'

/** What a visitor may not send, and what no client should. */

/** A refused send: its packet, and the field that the answer has to name. */
function refuses(title: string, packet: unknown, field: string): WireCase {
  return {
    title,
    async run(target) {
      const visitor = await visit(target)
      const error = errorOf(await visitor.ask('send', packet))
      assert.equal(error.code, 'invalid')
      assert.equal(error.retryable, false)
      assert.equal(error.field, field)
      visitor.close()
    },
  }
}

/** Frames that no client should send: they may cost the connection, never the server. */
function survives(title: string, ...frames: (string | Buffer)[]): WireCase {
  return {
    title,
    async run(target) {
      const rude = await visit(target)
      for (const frame of frames) rude.raw(frame)
      await sleep(50)
      rude.close()
      const next = await visit(target)
      assert.equal((await next.ask<EntriesPacket>('history', { before: 1 })).error?.code, 'not_found')
      next.close()
    },
  }
}

const key = 'a-key'
const part = (one: unknown) => ({ key, body: { kind: 'message', parts: [one] } })

export const REFUSALS: readonly WireCase[] = [
  refuses('an array in place of a key is refused by name', { key: ['a'], body: words('x') }, 'key'),
  refuses('a key with spaces is refused by name', { key: 'a b', body: words('x') }, 'key'),
  refuses('an internal note of a visitor is refused', { key, body: { kind: 'note', text: 'x' } }, 'body.kind'),
  refuses(
    'a change of the floor by a visitor is refused',
    { key, body: { kind: 'status', status: 'closed' } },
    'body.kind',
  ),
  refuses(
    'a text above the limit is refused by name',
    part({ kind: 'text', text: 'x'.repeat(8_001) }),
    'body.parts.0.text',
  ),
  refuses('an empty message is refused by name', { key, body: { kind: 'message', parts: [] } }, 'body.parts'),
  refuses(
    'a picture of elsewhere is refused',
    part({ kind: 'image', url: 'https://evil.example/a.png' }),
    'body.parts.0.file',
  ),
  refuses(
    'a link that would run is refused by name',
    part({ kind: 'card', title: 'x', url: 'javascript:alert(1)' }),
    'body.parts.0.url',
  ),
  survives('an event of an unknown name is ignored', '42["toString",{"a":1}]'),
  survives('a request without a packet harms nobody', '427["send"]'),
  survives(
    'names of the language in a packet harm nobody',
    '42["send",{"__proto__":{"key":"x"},"constructor":{"prototype":1}}]',
  ),
  survives('broken JSON harms nobody', '42["send",{'),
  survives('an unknown packet type harms nobody', '49nonsense'),
  survives('attachments that never come harm nobody', '451-["send",{"_placeholder":true,"num":0}]'),
  survives('binary out of nowhere harms nobody', Buffer.from([4, 1, 2, 3])),
  survives('a second CONNECT harms nobody', '40{"site":[]}'),
  survives('a CONNECT after a farewell harms nobody', '41', '40{"site":"none"}'),
  {
    title: 'a connection is one visitor, however often it says CONNECT at once',
    async run(target) {
      const visitors = await crowd(target, 20)
      assert(visitors <= 1, `${visitors} visitors on one connection`)
    },
  },
  survives('an acknowledgement of nothing harms nobody', '4399[1]'),
  {
    title: 'a packet above the limit costs the connection, not the server',
    async run(target) {
      const visitor = await visit(target)
      visitor.raw(`42["send",{"key":"${'x'.repeat(70_000)}"}]`)
      assert.notEqual(await Promise.race([visitor.closed, sleep(PATIENCE, 0)]), 0)
      const next = await visit(target)
      next.close()
    },
  },
]
