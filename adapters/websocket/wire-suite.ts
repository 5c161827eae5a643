import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Entry } from '@hutong/core/entry'
import type { EntriesPacket } from '@hutong/core/wire'
import {
  errorOf,
  knock,
  refusal,
  type Sent,
  THROTTLED,
  until,
  type Visitor,
  visit,
  type WireTarget,
  words,
} from './wire-client.ts'
import { REFUSALS } from './wire-suite-refusals.ts'

/**
 * The promises of docs/wire-protocol.md that a visitor can see, as cases that run against any server:
 * `npm run wire -- <url> <site-key> [origin]`. The client speaks frames by hand, so nothing is hidden by a library.
 */

export interface WireCase {
  title: string
  /** Rejects when the server does not keep the promise. */
  run(target: WireTarget): Promise<void>
}

/** What the visitor wrote: whoever answers at this site may have written in between. */
const texts = (entries: readonly Entry[]) =>
  entries.flatMap(({ from, body }) =>
    body.kind === 'message' && from.kind === 'contact'
      ? body.parts.map((one) => ('text' in one ? (one.text ?? '') : ''))
      : [],
  )
/** Whether these are all entries from `first` on, each once and in order. */
const dense = (seqs: readonly number[], first: number) => seqs.every((seq, index) => seq === first + index)

/** A visitor with `count` messages in the log. */
async function talker(target: WireTarget, count: number): Promise<Visitor> {
  const visitor = await visit(target)
  for (let n = 1; n <= count; n += 1) assert((await visitor.say(`message ${n}`)).seq >= n)
  return visitor
}

const key = 'a-key'

const arriving: WireCase[] = [
  {
    title: 'a new visitor gets a token, an empty log and the site’s rules',
    async run(target) {
      const { ready, close } = await visit(target)
      assert.match(ready.token ?? '', /^\S{40,128}$/)
      assert.equal(ready.last, 0)
      assert.equal(ready.conversation, undefined)
      assert(ready.site.uploads.maxBytes >= 0 && typeof ready.site.staffed === 'boolean')
      assert(Math.abs(ready.at - Date.now()) < 86_400_000)
      close()
    },
  },
  {
    title: 'a visitor who comes back with the token is not given another',
    async run(target) {
      const first = await visit(target)
      const again = await visit(target, { token: first.token })
      assert.equal(again.ready.token, undefined)
      for (const one of [first, again]) one.close()
    },
  },
  {
    title: 'a forged token is refused',
    async run(target) {
      const token = `${'A'.repeat(43)}.${'B'.repeat(22)}`
      assert.equal((await refusal(target, { site: target.site, token })).code, 'unauthorized')
    },
  },
  {
    title: 'an unsigned identity is refused',
    async run(target) {
      const jwt = `${btoa('{"alg":"none"}')}.${btoa(`{"sub":"root","aud":"${target.site}","exp":9999999999}`)}.`
      assert.equal((await refusal(target, { site: target.site, jwt })).code, 'unauthorized')
    },
  },
  {
    title: 'credentials of the wrong shape are refused by name',
    async run(target) {
      const error = await refusal(target, { site: target.site, token: ['x'] })
      assert.deepEqual([error.code, error.field], ['invalid', 'token'])
      assert.equal((await refusal(target, {})).code, 'invalid')
      assert.equal((await refusal(target, { site: 'no-such-site' })).code, 'not_found')
    },
  },
  {
    title: 'a page of another origin does not get a connection',
    async run(target) {
      await assert.rejects(knock({ ...target, origin: 'https://evil.example' }, { site: target.site }), /40[03]/)
    },
  },
]

const talking: WireCase[] = [
  {
    title: 'a message is acknowledged with its place and comes back in the log',
    async run(target) {
      const visitor = await visit(target)
      const { seq } = await visitor.say('hello', key)
      const entry = await until('the entry', () => visitor.entries().find((one) => one.seq === seq))
      assert.deepEqual([entry.key, entry.from.kind, texts([entry])], [key, 'contact', ['hello']])
      visitor.close()
    },
  },
  {
    title: 'the same key again answers the first place and adds nothing, from another connection too',
    async run(target) {
      const one = await talker(target, 1)
      const two = await visit(target, { token: one.token })
      const first = await one.say('once', key)
      const answers = await Promise.all([one.say('once', key), two.say('once', key), two.say('other words', key)])
      assert.deepEqual(
        answers.map(({ seq }) => seq),
        [first.seq, first.seq, first.seq],
      )
      const { entries } = await one.ask<EntriesPacket>('after', { after: 0 })
      assert.deepEqual(
        texts(entries).filter((text) => !text.startsWith('message')),
        ['once'],
      )
      for (const each of [one, two]) each.close()
    },
  },
  {
    title: 'messages sent without waiting are kept in the order they were sent',
    async run(target) {
      const visitor = await visit(target)
      const wanted = Array.from({ length: 15 }, (_, n) => `message ${n}`)
      const answers = await Promise.all(wanted.map((text) => visitor.say(text)))
      await until('all entries', () => texts(visitor.entries()).length >= 15)
      const { entries } = await visitor.ask<EntriesPacket>('after', { after: 0 })
      assert.deepEqual(texts(entries), wanted)
      assert(answers.every(({ seq }, n) => n === 0 || seq > (answers[n - 1]?.seq ?? 0)))
      visitor.close()
    },
  },
  {
    title: 'every connection of a visitor hears every entry, without holes',
    async run(target) {
      const one = await talker(target, 1)
      const two = await visit(target, { token: one.token })
      const { seq } = await two.say('from the second tab')
      for (const tab of [one, two]) {
        await until('the entry', () => tab.seqs().includes(seq))
        assert(dense(tab.seqs(), 1), `holes or repeats: ${tab.seqs()}`)
        tab.close()
      }
    },
  },
  {
    title: 'another visitor hears nothing of it',
    async run(target) {
      const stranger = await visit(target)
      const visitor = await talker(target, 1)
      await sleep(50)
      assert.equal(stranger.entries().length, 0)
      for (const each of [visitor, stranger]) each.close()
    },
  },
  {
    title: 'a request without acknowledgement is carried out',
    async run(target) {
      const visitor = await visit(target)
      visitor.raw(`42${JSON.stringify(['send', { key, body: words('no answer needed') }])}`)
      await until('the entry', () => texts(visitor.entries()).includes('no answer needed'))
      visitor.close()
    },
  },
  {
    title: 'how far one tab has read is told to the others',
    async run(target) {
      const one = await talker(target, 2)
      const two = await visit(target, { token: one.token, after: 2 })
      await sleep(50)
      one.raw(`42${JSON.stringify(['cursor', { delivered: 2, read: 2 }])}`)
      const heard = () =>
        two.pushed.find(([name, packet]) => name === 'signal' && (packet as { read?: number }).read === 2)
      await until('the cursor', heard)
      for (const each of [one, two]) each.close()
    },
  },
]

const reading: WireCase[] = [
  {
    title: 'a client that comes back is sent exactly what it missed',
    async run(target) {
      const before = await talker(target, 5)
      before.close()
      const { last } = (await visit(target, { token: before.token })).ready
      const again = await visit(target, { token: before.token, after: 3 })
      await until('what was missed', () => again.seqs().includes(last))
      assert(dense(again.seqs(), 4), `holes or repeats: ${again.seqs()}`)
      again.close()
    },
  },
  {
    title: 'a client that has all of it is sent nothing of it again',
    async run(target) {
      const before = await talker(target, 2)
      await sleep(50)
      const { last } = await before.ask<EntriesPacket>('after', { after: 0 })
      const again = await visit(target, { token: before.token, after: last })
      await sleep(50)
      assert.deepEqual(
        again.seqs().filter((seq) => seq <= last),
        [],
      )
      for (const each of [before, again]) each.close()
    },
  },
  {
    title: 'a client that has more than the log begins again',
    async run(target) {
      const before = await talker(target, 1)
      const again = await visit(target, { token: before.token, after: 5_000 })
      assert(again.ready.last < 5_000)
      await until('the log', () => again.seqs()[0] === 1)
      for (const each of [before, again]) each.close()
    },
  },
  {
    title: 'after and history answer pages in order, of the size asked for',
    async run(target) {
      const visitor = await talker(target, 6)
      const seqs = ({ entries }: EntriesPacket) => entries.map(({ seq }) => seq)
      assert.deepEqual(seqs(await visitor.ask('after', { after: 2, limit: 3 })), [3, 4, 5])
      assert.deepEqual(seqs(await visitor.ask('history', { before: 5, limit: 2 })), [3, 4])
      assert.deepEqual(seqs(await visitor.ask('history', { before: 1 })), [])
      assert.deepEqual(seqs(await visitor.ask('after', { after: 100_000 })), [])
      assert((await visitor.ask<EntriesPacket>('after', { after: 0, limit: 1 })).last >= 6)
      assert.equal(errorOf(await visitor.ask('after', { after: 0, limit: 101 })).field, 'limit')
      assert.equal(errorOf(await visitor.ask('after', { after: -1 })).field, 'after')
      visitor.close()
    },
  },
]

const stopping: WireCase[] = [
  {
    title: 'a stop is acknowledged, stands in the log once however often it is sent, and what comes after it is taken',
    async run(target) {
      const visitor = await talker(target, 1)
      const stop = { key: 'a-stop', body: { kind: 'stop' } }
      const [first, again] = [await visitor.ask<Sent>('send', stop), await visitor.ask<Sent>('send', stop)]
      assert(first.seq > 1 && again.seq === first.seq, `not one place: ${first.seq}, ${again.seq}`)
      const { seq } = await visitor.say('and now?')
      const { entries } = await visitor.ask<EntriesPacket>('after', { after: 0 })
      assert.equal(entries.filter(({ body }) => body.kind === 'stop').length, 1)
      assert(
        seq > first.seq &&
          dense(
            entries.map((one) => one.seq),
            1,
          ),
        'the order of the log is broken',
      )
      visitor.close()
    },
  },
]

export const WIRE_CASES: readonly WireCase[] = [...arriving, ...talking, ...reading, ...stopping, ...REFUSALS]

/** Why no promise of this server can be looked at, in one sentence; undefined when a visitor gets in. */
async function obstacle(target: WireTarget): Promise<string | undefined> {
  const { url, site, origin } = target
  try {
    const { socket, reply } = await knock(target, { site })
    socket.terminate()
    if (reply.startsWith('40')) return undefined
    const { code = 'no code', message = reply } = JSON.parse(reply.slice(2)).data ?? {}
    return `${url} lets no visitor of site "${site}" in: ${message} (${code})`
  } catch (error) {
    const { message } = error as Error
    if (/40[03]/.test(message))
      return origin === undefined
        ? `${url} has no site "${site}"; give the key of one of its sites`
        : `${url} has no site "${site}", or the site does not list ${origin} in its "origins"`
    return `nothing that speaks this protocol answers at ${url}: start the relay first (${(error as NodeJS.ErrnoException).code ?? message})`
  }
}

/** Runs the cases and prints a line for each, or one that says why none could be run; resolves with the number of promises that were not seen kept. */
export async function runWireSuite(
  target: WireTarget,
  print: (line: string) => void,
  cases: readonly WireCase[] = WIRE_CASES,
): Promise<number> {
  const why = await obstacle(target)
  if (why !== undefined) {
    print(why)
    return cases.length
  }
  let broken = 0
  for (const { title, run } of cases) {
    const problem = await run(target).then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
    )
    if (problem?.startsWith(THROTTLED)) {
      print(`stopped before "${title}": ${problem}, as every relay does after a few runs; wait as long and run again`)
      return cases.length
    }
    if (problem !== undefined) broken += 1
    print(problem === undefined ? `ok      ${title}` : `BROKEN  ${title}\n        ${problem}`)
  }
  print(`${cases.length - broken} of ${cases.length} promises kept`)
  return broken
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , url, site, origin] = process.argv
  if (!url || !site) {
    console.error('usage: npm run wire -- <url> <site-key> [origin]')
    process.exit(2)
  }
  process.exit((await runWireSuite({ url, site, ...(origin && { origin }) }, console.log)) === 0 ? 0 : 1)
}
