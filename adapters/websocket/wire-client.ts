import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Entry } from '@hutong/core/entry'
import type { WireError } from '@hutong/core/errors'
import type { EntriesPacket, Ready } from '@hutong/core/wire'
import { WebSocket } from 'ws'

export interface WireTarget {
  /** Origin of the server, as `http://127.0.0.1:8787`. */
  url: string
  site: string
  /** An allowed origin of the site; absent connects without one, as a server would. */
  origin?: string
}

export type Answer<T> = T & { error?: WireError }
export type Sent = Answer<{ seq: number; at: number }>

/** A visitor whose frames are written by hand. */
export interface Visitor {
  token: string
  ready: Ready
  /** Every packet pushed after `ready`, as [name, payload]. */
  pushed: [string, unknown][]
  raw(frame: string | Buffer): void
  ask<T>(event: string, packet: unknown): Promise<Answer<T>>
  /** Rejects with a message that begins with THROTTLED when this address has sent too much. */
  say(text: string, key?: string): Promise<Sent>
  /** The `seq` of all pushed entries. */
  seqs(): number[]
  entries(): Entry[]
  /** Resolves with the close code. */
  closed: Promise<number>
  close(): void
}

/** How the message of an error begins that says nothing about the server but that it was asked too much. */
export const THROTTLED = 'the server asks this address to come back'

/** Milliseconds that an answer may take. */
export const PATIENCE = 3_000

export async function until<T>(what: string, look: () => T): Promise<NonNullable<T>> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(5)) {
    const seen = look()
    if (seen !== undefined && seen !== null && seen !== false) return seen
  }
  throw new Error(`waited ${PATIENCE} ms in vain: ${what}`)
}

/** Opens a connection and hands over the reply to CONNECT: `40…` or `44…`. */
export async function knock(
  target: WireTarget,
  auth: unknown,
): Promise<{ socket: WebSocket; reply: string; frames: string[] }> {
  const { url, site, origin } = target
  const socket = new WebSocket(addressOf(url, site), origin === undefined ? {} : { origin })
  const frames: string[] = []
  socket.on('message', (data, binary) => {
    const frame = binary ? '' : String(data)
    if (frame === '2') socket.send('3')
    else if (frame.startsWith('0')) socket.send(`40${JSON.stringify(auth)}`)
    else frames.push(frame)
  })
  const failed = new Promise<never>((_, reject) => socket.once('error', reject))
  const reply = until('a reply to CONNECT', () => frames.find((frame) => /^4[04]/.test(frame)))
  return { socket, reply: await Promise.race([reply, failed]), frames }
}

/** Why the server does not let this visitor in. */
export async function refusal(target: WireTarget, auth: unknown): Promise<WireError> {
  const { socket, reply } = await knock(target, auth)
  socket.terminate()
  assert.match(reply, /^44/, 'the server let a visitor in that it had to refuse')
  return JSON.parse(reply.slice(2)).data
}

/** How many visitors one connection is taken for that says CONNECT so often at once. */
export async function crowd({ url, site, origin }: WireTarget, connects: number): Promise<number> {
  const socket = new WebSocket(addressOf(url, site), origin === undefined ? {} : { origin })
  let visitors = 0
  socket.on('message', (data) => {
    const frame = String(data)
    if (frame.startsWith('40')) visitors += 1
    if (frame.startsWith('0')) for (let n = 0; n < connects; n += 1) socket.send(`40${JSON.stringify({ site })}`)
  })
  await new Promise((resolve, reject) => {
    socket.once('close', resolve)
    socket.once('error', reject)
    setTimeout(resolve, 300)
  })
  socket.terminate()
  return visitors
}

function addressOf(url: string, site: string): string {
  return `${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket&site=${encodeURIComponent(site)}`
}

export async function visit(target: WireTarget, auth: object = {}): Promise<Visitor> {
  const { socket, reply, frames } = await knock(target, { site: target.site, ...auth })
  assert.match(reply, /^40/, `refused: ${reply}`)
  const pushed: [string, unknown][] = []
  const answers = new Map<number, unknown>()
  const read = (frame: string) => {
    const [, kind, id = '', json = 'null'] = /^4([23])(\d*)(.*)$/s.exec(frame) ?? []
    if (kind === '2') pushed.push(JSON.parse(json))
    if (kind === '3') answers.set(Number(id), JSON.parse(json)[0])
  }
  for (const frame of frames) read(frame)
  socket.on('message', (data) => read(String(data)))
  const [, ready] = await until('ready', () => pushed.find(([name]) => name === 'ready'))
  let ids = 0

  const visitor: Visitor = {
    ready: ready as Ready,
    token: (ready as Ready).token ?? ('token' in auth ? String(auth.token) : ''),
    pushed,
    raw: (frame) => socket.send(frame),
    async ask<T>(event: string, packet: unknown) {
      const id = ids++
      socket.send(`42${id}${JSON.stringify([event, packet])}`)
      return (await until(`the answer to ${event}`, () => answers.get(id))) as Answer<T>
    },
    async say(text, key = randomUUID()) {
      const sent: Sent = await visitor.ask('send', { key, body: words(text) })
      if (sent.error?.code === 'throttled') throw new Error(`${THROTTLED} after ${sent.error.retryAfter ?? 60_000} ms`)
      return sent
    },
    entries: () => pushed.flatMap(([name, packet]) => (name === 'entries' ? (packet as EntriesPacket).entries : [])),
    seqs: () => visitor.entries().map(({ seq }) => seq),
    closed: new Promise((resolve) => socket.once('close', resolve)),
    close: () => socket.terminate(),
  }
  return visitor
}

export const words = (text: string) => ({ kind: 'message', parts: [{ kind: 'text', text }] })

/** Why a request was refused, as it had to be. */
export function errorOf(answer: Answer<unknown>): WireError {
  assert(answer.error, `should have been refused: ${JSON.stringify(answer)}`)
  return answer.error
}
