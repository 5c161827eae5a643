import type { Backend } from '@hutong/core/backend'
import type { Entry, Participant } from '@hutong/core/entry'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'

const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const ben: Participant = { kind: 'agent', id: 'a_ben', name: 'Ben' }
const reply = (text: string) => ({ kind: 'reply' as const, parts: [{ kind: 'text' as const, text }] })

let bench: TestRelay | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})
async function open(...options: Parameters<typeof openTestRelay>): Promise<TestRelay> {
  bench = await openTestRelay(...options)
  return bench
}

/** A backend that answers with what `say` returns, and counts how often it was asked. */
function createEcho(
  name: string,
  say: (text: string, asked: number) => Promise<string> | string,
): Backend & { asked: number } {
  const backend = {
    name,
    asked: 0,
    async handle({ entry }: { entry: Entry }) {
      if (entry.body.kind !== 'message') return
      backend.asked += 1
      return reply(await say(textOf(entry), backend.asked))
    },
  }
  return backend
}

function textOf({ body }: Entry): string {
  return body.kind === 'message' ? body.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('') : ''
}

const texts = (entries: Entry[]) => entries.filter(({ body }) => body.kind === 'message').map(textOf)

describe('what a visitor sends', () => {
  it('is numbered 1, 2, 3 … in one conversation', async () => {
    const { write, log } = await open()
    const accepted = await Promise.all(['a', 'b', 'c'].map((text) => write(text)))
    expect(accepted.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(new Set(accepted.map(({ conversation }) => conversation)).size).toBe(1)
    expect(texts(await log(accepted[0]?.conversation ?? ''))).toEqual(['a', 'b', 'c'])
  })

  it('is kept once when it is sent again under the same key', async () => {
    const { write, log } = await open()
    const [first, second] = await Promise.all([write('hello', { key: 'same' }), write('hello', { key: 'same' })])
    const third = await write('hello', { key: 'same' })
    expect([second, third]).toEqual([
      { ...first, duplicate: true },
      { ...first, duplicate: true },
    ])
    expect(await log(first.conversation)).toHaveLength(1)
  })

  it('goes to the visitor’s own conversation and to no other', async () => {
    const { write } = await open()
    const [one, other] = await Promise.all([write('mine', { address: 'one' }), write('yours', { address: 'other' })])
    expect(one.conversation).not.toBe(other.conversation)
  })

  it('may not take back what somebody else wrote, nor refer to what is not there', async () => {
    const { write, relay } = await open()
    const { conversation } = await write('hello')
    await relay.act(anna, conversation, { key: 'r', actions: [reply('hi')] })
    await expect(write({ kind: 'recall', of: 3 })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(write({ kind: 'recall', of: 99 })).rejects.toMatchObject({ code: 'invalid', field: 'of' })
    await expect(write({ ...textBody('x'), choice: { of: 3, id: 'none' } } as never)).rejects.toMatchObject({
      field: 'choice.id',
    })
    await expect(write({ kind: 'message', parts: [{ kind: 'file', file: 'f_elsewhere' }] })).rejects.toMatchObject({
      field: 'parts.0.file',
    })
    await expect(write({ kind: 'rating', scale: 'csat', score: 9 })).rejects.toMatchObject({ field: 'score' })
  })

  it('fills in a form only with the fields that were asked', async () => {
    const { write, relay } = await open()
    const { conversation } = await write('hello')
    const form = {
      kind: 'form' as const,
      fields: [{ name: 'mail', label: 'E-mail', type: 'email' as const, required: true }],
    }
    const { results } = await relay.act(anna, conversation, { key: 'f', actions: [{ kind: 'ask', part: form }] })
    const of = results[0]?.seq ?? 0
    await expect(write({ kind: 'answer', of, values: {} })).rejects.toMatchObject({ field: 'values.mail' })
    await expect(write({ kind: 'answer', of, values: { mail: 'nobody' } })).rejects.toMatchObject({
      field: 'values.mail',
    })
    await expect(write({ kind: 'answer', of, values: { mail: 'a@b.example', age: '4' } })).rejects.toMatchObject({
      field: 'values.age',
    })
    await expect(write({ kind: 'answer', of, values: { mail: 'a@b.example' } })).resolves.toMatchObject({
      duplicate: false,
    })
  })
})

describe('a backend', () => {
  it('answers what the visitor wrote, one event after the other', async () => {
    const { write, until } = await open({
      backends: [createEcho('echo', (text) => `you said ${text}`)],
      routing: ['echo', 'desk'],
    })
    const { conversation } = await write('one')
    await write('two')
    expect(texts(await until(conversation, (log) => log.length === 4)).toSorted()).toEqual([
      'one',
      'two',
      'you said one',
      'you said two',
    ])
  })

  it('is asked again after a failure, and what it already said is not said twice', async () => {
    let tries = 0
    const stumbling: Backend = {
      name: 'stumbling',
      async *handle() {
        yield reply('first')
        if (++tries === 1) throw new Error('down')
        yield reply('second')
      },
    }
    const { write, until } = await open({ backends: [stumbling], routing: ['stumbling', 'desk'] })
    const { conversation } = await write('hello')
    expect(texts(await until(conversation, (log) => log.length === 3))).toEqual(['hello', 'first', 'second'])
    expect(tries).toBe(2)
  })

  it('that goes on failing loses the floor to people, who learn why', async () => {
    const broken: Backend = { name: 'broken', handle: () => Promise.reject(new Error('down')) }
    const { write, until, store } = await open({ backends: [broken], routing: ['broken', 'desk'] })
    const { conversation } = await write('hello')
    const log = await until(conversation, (entries) => entries.length === 2)
    expect(log[1]).toMatchObject({
      body: {
        kind: 'handoff',
        floor: { holder: { kind: 'queue' }, term: 2 },
        reason: expect.stringContaining('broken'),
      },
    })
    expect((await store.conversation(conversation))?.waitingSince).toBeGreaterThan(0)
  }, 10_000)

  it('that hangs is given up on time while others go on', async () => {
    const hanging: Backend = { name: 'hanging', answerWithin: 30, handle: () => new Promise<void>(() => {}) }
    const { write, until } = await open({ backends: [hanging], routing: ['hanging', 'desk'] })
    const { conversation } = await write('hello')
    await until(conversation, (entries) => entries.some(({ body }) => body.kind === 'handoff'))
  }, 10_000)

  it('that hangs is waited for once, however many wait for their turn', async () => {
    const hanging: Backend = { name: 'hanging', answerWithin: 500, handle: () => new Promise<void>(() => {}) }
    const { write, store } = await open({ backends: [hanging], routing: ['hanging', 'desk'] })
    const asked = await Promise.all(Array.from({ length: 300 }, (_, n) => write('hello', { address: `v${n}` })))
    const started = performance.now()
    const waiting = async () => {
      const all = await Promise.all(asked.map(({ conversation }) => store.conversation(conversation)))
      return all.filter((one) => one?.floor.holder.kind !== 'queue').length
    }
    await expect.poll(waiting, { timeout: 10_000, interval: 50 }).toBe(0)
    expect(performance.now() - started).toBeLessThan(2_000)
  }, 15_000)

  it('says nothing after a person took the floor', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const slow = createEcho('slow', async () => {
      await promise
      return 'too late'
    })
    const { write, relay, log } = await open({ backends: [slow], routing: ['slow', 'desk'] })
    const { conversation } = await write('hello')
    await expect.poll(() => slow.asked).toBe(1)
    await relay.act(anna, conversation, { key: 'take', actions: [reply('I am here')] })
    resolve()
    await new Promise((done) => setTimeout(done, 50))
    expect(texts(await log(conversation))).toEqual(['hello', 'I am here'])
  })

  it('without the floor, or with an old term, is refused', async () => {
    const mute: Backend = { name: 'mute', handle: async () => {} }
    const { write, relay } = await open({ backends: [mute] })
    const { conversation } = await write('hello')
    const bot: Participant = { kind: 'bot', id: 'mute' }
    const say = (term: number) => relay.act(bot, conversation, { key: `b${term}`, term, actions: [reply('hi')] })
    await expect(say(1)).rejects.toMatchObject({ code: 'stale_floor' })
    await relay.act(anna, conversation, { key: 'h', actions: [{ kind: 'handoff', to: { kind: 'bot', id: 'mute' } }] })
    await expect(say(1)).rejects.toMatchObject({ code: 'stale_floor' })
    await expect(say(2)).resolves.toMatchObject({ results: [{ duplicate: false }] })
  })

  it('that is not there cannot be given the floor', async () => {
    const { write, relay } = await open()
    const { conversation } = await write('hello')
    const toNobody = { kind: 'handoff' as const, to: { kind: 'bot' as const, id: 'nobody' } }
    await expect(relay.act(anna, conversation, { key: 'h', actions: [toNobody] })).rejects.toMatchObject({
      code: 'invalid',
      field: 'to.id',
    })
  })
})

describe('a key', () => {
  it('that a visitor names cannot take the place of the bot’s answer', async () => {
    const { write, until } = await open({
      backends: [createEcho('echo', (text) => `you said ${text}`)],
      routing: ['echo', 'desk'],
    })
    const { conversation } = await write('one')
    await until(conversation, (log) => log.length === 2)
    await write('two', { key: `${conversation}:5:0:0` })
    await until(conversation, (log) => log.length === 4)
    await write('three')
    expect(texts(await until(conversation, (log) => log.length === 6)).at(-1)).toBe('you said three')
  })

  it('of an agent’s answer, sent again, takes the floor from nobody', async () => {
    const { write, relay, store } = await open({ backends: [{ name: 'mute', handle: async () => {} }] })
    const { conversation } = await write('hello')
    const request = { key: 'r', actions: [reply('hi')] }
    const first = await relay.act(anna, conversation, request)
    await relay.act(anna, conversation, { key: 'h', actions: [{ kind: 'handoff', to: { kind: 'bot', id: 'mute' } }] })
    const before = (await store.conversation(conversation))?.floor
    const again = await relay.act(anna, conversation, request)
    expect(again.results).toEqual([{ ...first.results[0], duplicate: true }])
    expect((await store.conversation(conversation))?.floor).toEqual(before)
  })
})

describe('an agent', () => {
  it('hands over only to somebody who is there', async () => {
    const { write, relay } = await open()
    const { conversation } = await write('hello')
    const toGhost = { kind: 'handoff' as const, to: { kind: 'agent' as const, id: 'a_ghost' } }
    await expect(relay.act(anna, conversation, { key: 'h', actions: [toGhost] })).rejects.toMatchObject({
      field: 'to.id',
    })
  })

  it('who answers takes the floor first and ends the waiting, in one step for everybody who looks on', async () => {
    const { write, relay, log, store } = await open()
    const { conversation } = await write('hello')
    const seen: string[][] = []
    relay.follow(conversation, { entries: (entries) => seen.push(entries.map(({ body }) => body.kind)), signal() {} })
    await relay.act(anna, conversation, { key: 'r', actions: [reply('hi')] })
    expect((await log(conversation)).map(({ body }) => body.kind)).toEqual(['message', 'handoff', 'message'])
    expect(seen).toEqual([['handoff', 'message']])
    expect(await store.conversation(conversation)).toMatchObject({
      floor: { holder: { kind: 'agent', id: 'a_anna' } },
      waitingSince: null,
    })
  })

  it('may help a colleague without taking the conversation away', async () => {
    const { write, relay, store } = await open()
    const { conversation } = await write('hello')
    await relay.act(anna, conversation, { key: 'r1', actions: [reply('hi')] })
    await relay.act(ben, conversation, { key: 'r2', actions: [reply('me too')] })
    expect((await store.conversation(conversation))?.floor).toMatchObject({ holder: { id: 'a_anna' }, term: 2 })
  })

  it('takes over only once when two press at the same moment with the term they saw', async () => {
    const { write, relay } = await open()
    const { conversation } = await write('hello')
    const take = (agent: Participant) =>
      relay.act(agent, conversation, {
        key: `take-${agent.id}`,
        term: 1,
        actions: [{ kind: 'handoff', to: { kind: 'agent', id: agent.id } }],
      })
    const results = await Promise.allSettled([take(anna), take(ben)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('closes, and the next message opens the conversation again', async () => {
    const { write, relay, store } = await open()
    const { conversation } = await write('hello')
    await relay.act(anna, conversation, { key: 'c', actions: [{ kind: 'close' }] })
    expect(await store.conversation(conversation)).toMatchObject({ status: 'closed', waitingSince: null })
    expect((await write('one more thing')).conversation).toBe(conversation)
    expect(await store.conversation(conversation)).toMatchObject({
      status: 'open',
      floor: { holder: { kind: 'queue' } },
    })
  })

  it('who changes the contact’s record leaves a line that the visitor does not see', async () => {
    const { write, relay, log, store } = await open()
    const { conversation } = await write('hello')
    const contact = (await store.conversation(conversation))?.contact ?? ''
    await relay.changeContact(anna, contact, { profile: { name: 'Li' }, attributes: { vip: true } })
    expect((await log(conversation))[1]).toMatchObject({
      from: anna,
      body: { kind: 'contact', changes: { name: 'Li', vip: true } },
    })
    await expect(relay.changeContact(anna, 'c_nobody', { profile: { name: 'Li' } })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('who takes a message back leaves none of its words to be read again', async () => {
    const { write, relay } = await open()
    const { conversation } = await write('hello')
    const { results } = await relay.act(anna, conversation, { key: 'r', actions: [reply('a secret')] })
    await relay.act(anna, conversation, { key: 'x', actions: [{ kind: 'recall', of: results[0]?.seq ?? 0 }] })
    const read = await relay.host(webChannel).log.read(conversation, { after: 0, limit: 100 })
    expect(read.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(JSON.stringify(read)).not.toContain('a secret')
  })

  it('repeats a request without saying it twice', async () => {
    const { write, relay, log } = await open()
    const { conversation } = await write('hello')
    const request = { key: 'r', actions: [reply('hi'), { kind: 'note' as const, text: 'done' }] }
    const first = await relay.act(anna, conversation, request)
    const again = await relay.act(anna, conversation, request)
    expect(again.results).toEqual(first.results.map((result) => ({ ...result, duplicate: true })))
    expect(await log(conversation)).toHaveLength(4)
  })
})
