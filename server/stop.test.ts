import type { ActionInput, Backend, Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { Signal } from '@hutong/core/signal'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay } from './test-relay.ts'

let relay: TestRelay
afterEach(() => relay.close())

const BOT = { kind: 'bot' as const, id: 'model' }
const STOP = { kind: 'stop' as const }
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const textsOf = (entries: readonly Entry[]) =>
  entries.flatMap(({ from, body }) =>
    body.kind === 'message' ? body.parts.map((part) => `${from.kind}: ${'text' in part ? part.text : part.kind}`) : [],
  )
const kindsOf = (entries: readonly Entry[]) => entries.map(({ body }) => body.kind)

/** Writes a text word by word, until it is told to end or all is written. */
function createModel({ words = 200, pace = 5 } = {}): Backend & { heard: Event[]; aborted: string[] } {
  const heard: Event[] = []
  const aborted: string[] = []
  return {
    name: 'model',
    heard,
    aborted,
    async *handle(event, { signal }): AsyncIterable<ActionInput> {
      heard.push(event)
      if (event.entry.body.kind !== 'message') return
      signal.addEventListener('abort', () => aborted.push(event.id))
      const key = `answer:${event.id}`
      let text = ''
      for (let word = 0; word < words; word += 1) {
        text += `word${word} `
        yield { kind: 'stream', key, text }
        await wait(pace)
      }
      yield { kind: 'stream', key, text, done: true }
    },
  }
}

/** A relay where nobody but the test speaks for the bot. */
async function openSilent() {
  const backend: Backend = { name: 'model', handle: async () => undefined }
  relay = await openTestRelay({ backends: [backend], routing: ['model', 'desk'] })
  const { conversation } = await relay.write('hello')
  const stream = (text: string, done = false, term = 1) =>
    relay.relay.act(BOT, conversation, {
      key: `r${text.length}${done}`,
      term,
      actions: [{ kind: 'stream', key: 'a', text, done }],
    })
  return { conversation, stream }
}

async function openModel(options?: Parameters<typeof createModel>[0]) {
  const model = createModel(options)
  relay = await openTestRelay({ backends: [model], routing: ['model', 'desk'] })
  const { conversation } = await relay.write('tell me a story')
  const shown: Signal[] = []
  relay.relay.follow(conversation, { entries() {}, signal: (signal) => shown.push(signal) })
  return { model, conversation, shown }
}

describe('a stop', () => {
  it('ends the answer where it stands, keeps what was shown, and the next question is answered', async () => {
    const { model, conversation, shown } = await openModel()
    await expect.poll(() => shown.filter(({ kind }) => kind === 'stream').length).toBeGreaterThan(2)
    const { seq } = await relay.write(STOP)
    const stopped = await relay.log(conversation)
    expect(kindsOf(stopped)).toEqual(['message', 'message', 'stop', 'handoff'])
    expect(stopped.find((one) => one.seq === seq)?.body).toEqual(STOP)
    const [, partial = ''] = textsOf(stopped)
    expect(partial).toMatch(/^bot: word0 /)
    expect(stopped[1]?.key).toBe(`answer:${conversation}:1`)
    await expect.poll(() => model.aborted).toEqual([`${conversation}:1`])
    await expect.poll(() => kindsOf(model.heard.map(({ entry }) => entry))).toEqual(['message', 'stop'])

    const after = shown.length
    await wait(150)
    expect(shown.length).toBe(after)
    expect(await relay.log(conversation)).toHaveLength(4)

    await relay.write('go on')
    await expect.poll(() => model.heard.at(-1)?.entry.body.kind).toBe('message')
    expect(model.heard.at(-1)?.floor).toEqual({ holder: { kind: 'bot', id: 'model' }, term: 2 })
    await relay.until(conversation, (entries) => textsOf(entries).length === 4)
  })

  it('leaves unasked what was waiting to be asked', async () => {
    const { model, conversation } = await openModel()
    await expect.poll(() => model.heard.length).toBe(1)
    await relay.write('and another thing')
    await relay.write('and one more')
    await relay.write(STOP)
    await expect.poll(() => kindsOf(model.heard.map(({ entry }) => entry))).toEqual(['message', 'stop'])
    await wait(50)
    expect(model.heard).toHaveLength(2)
    expect((await relay.store.conversation(conversation))?.floor.term).toBe(2)
  })

  it('sent again under its key stops nothing a second time', async () => {
    const { conversation } = await openModel()
    const first = await relay.write(STOP, { key: 'stop' })
    await relay.write('something else')
    const again = await relay.write(STOP, { key: 'stop' })
    expect(again).toMatchObject({ seq: first.seq, duplicate: true })
    expect((await relay.store.conversation(conversation))?.floor.term).toBe(2)
  })

  it('is refused to somebody who has never written', async () => {
    await openModel()
    await expect(relay.write(STOP, { address: 'stranger' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('changes nothing once everything is answered', async () => {
    const { conversation, stream } = await openSilent()
    await stream('Hello.', true)
    await relay.write(STOP)
    expect(kindsOf(await relay.log(conversation))).toEqual(['message', 'message', 'stop'])
    expect((await relay.store.conversation(conversation))?.floor.term).toBe(1)
  })

  it('takes nothing from a person who has the floor', async () => {
    relay = await openTestRelay()
    const { conversation } = await relay.write('hello')
    await relay.write(STOP)
    expect(kindsOf(await relay.log(conversation))).toEqual(['message', 'stop'])
  })
})

describe('a backend that answers later', () => {
  it('hears of the stop, is not waited for any more, and keeps the floor', async () => {
    const heard: Event[] = []
    const later: Backend = {
      name: 'remote',
      answers: 'later',
      answerWithin: 150,
      handle: async (event) => void heard.push(event),
    }
    relay = await openTestRelay({ backends: [later], routing: ['remote', 'desk'] })
    const { conversation } = await relay.write('hello')
    await expect.poll(() => heard.length).toBe(1)
    await relay.write(STOP)
    await expect.poll(() => heard.length).toBe(2)
    expect(heard[1]).toMatchObject({ entry: { body: STOP }, floor: { term: 2 } })
    await wait(400)
    expect((await relay.store.conversation(conversation))?.floor).toEqual({
      holder: { kind: 'bot', id: 'remote' },
      term: 2,
    })
  })

  it.each(['floor', 'everything'] as const)(
    'hears of the stop while it is still busy with what is stopped, if what it hears is %s',
    async (hears) => {
      const { promise: end, resolve } = Promise.withResolvers<void>()
      const heard: string[] = []
      const busy: Backend = {
        name: 'remote',
        answers: 'later',
        hears,
        async handle({ entry: { body, from } }) {
          if (from.kind === 'contact') heard.push(body.kind)
          if (body.kind !== 'message' || from.kind !== 'contact') return
          await end
          return { kind: 'reply', parts: [{ kind: 'text', text: 'late' }] }
        },
      }
      relay = await openTestRelay({ backends: [busy], routing: ['remote', 'desk'] })
      const { conversation } = await relay.write('a long story')
      await expect.poll(() => heard).toEqual(['message'])
      await relay.write(STOP)
      await expect.poll(() => heard).toEqual(['message', 'stop'])
      await relay.write('and now?')
      await wait(50)
      expect(heard).toEqual(['message', 'stop'])
      resolve()
      await relay.until(conversation, (entries) => textsOf(entries).includes('bot: late'))
      expect(textsOf(await relay.log(conversation))).toEqual([
        'contact: a long story',
        'contact: and now?',
        'bot: late',
      ])
    },
  )

  it('keeps the floor when it cannot be told of the stop', async () => {
    const deaf: Backend = {
      name: 'model',
      retries: [],
      handle: async ({ entry }) => {
        if (entry.body.kind === 'stop') throw new Error('what is a stop?')
      },
    }
    relay = await openTestRelay({ backends: [deaf], routing: ['model', 'desk'] })
    const { conversation } = await relay.write('hello')
    await relay.write(STOP)
    const dead = () => relay.store.deadLetters({ limit: 10 })
    await expect.poll(async () => (await dead()).length).toBe(1)
    expect((await relay.store.conversation(conversation))?.floor.holder).toEqual({ kind: 'bot', id: 'model' })
  })
})

describe('what a bot says after a stop', () => {
  it('is refused, whole or growing', async () => {
    const { conversation, stream } = await openSilent()
    await stream('It is')
    await relay.write(STOP)
    await expect(stream('It is green')).rejects.toMatchObject({ code: 'stale_floor' })
    const reply = { kind: 'reply' as const, parts: [{ kind: 'text' as const, text: 'late' }] }
    const late = relay.relay.act(BOT, conversation, { key: 'late', term: 1, actions: [reply] })
    await expect(late).rejects.toMatchObject({ code: 'stale_floor' })
    expect(textsOf(await relay.log(conversation))).toEqual(['contact: hello', 'bot: It is'])
  })

  it('under the key that was stopped is the part that was kept, and is shown to nobody, also without a term', async () => {
    const { conversation, stream } = await openSilent()
    await stream('It is')
    await relay.write(STOP)
    const seen: Signal[] = []
    relay.relay.follow(conversation, { entries() {}, signal: (signal) => seen.push(signal) })
    const say = (done: boolean) =>
      relay.relay.act(BOT, conversation, {
        key: `late${done}`,
        actions: [{ kind: 'stream', key: 'a', text: 'It is green', done }],
      })
    await expect(say(false)).rejects.toMatchObject({ code: 'invalid', field: 'term' })
    expect(await say(true)).toEqual({ results: [{ seq: 2, duplicate: true }] })
    await wait(100)
    expect(seen).toEqual([])
    expect(textsOf(await relay.log(conversation))).toEqual(['contact: hello', 'bot: It is'])
  })

  it('is one message, whichever of the last word and the stop comes first', async () => {
    const { conversation, stream } = await openSilent()
    await stream('It is')
    await Promise.all([stream('It is green.', true), relay.write(STOP)])
    expect(textsOf(await relay.log(conversation))).toHaveLength(2)

    await relay.write('and now?')
    const { term = 0 } = (await relay.store.conversation(conversation))?.floor ?? {}
    const again = (text: string, done = false) =>
      relay.relay.act(BOT, conversation, {
        key: `again${done}`,
        term,
        actions: [{ kind: 'stream', key: 'b', text, done }],
      })
    const shown: Signal[] = []
    relay.relay.follow(conversation, { entries() {}, signal: (signal) => shown.push(signal) })
    await again('It was')
    await expect.poll(() => shown.some((one) => one.kind === 'stream' && one.key === 'b')).toBe(true)
    await Promise.allSettled([relay.write(STOP), again('It was blue.', true)])
    const texts = textsOf(await relay.log(conversation))
    expect(texts).toHaveLength(4)
    expect(texts.filter((text) => text.startsWith('bot'))).toHaveLength(2)
  })
})
