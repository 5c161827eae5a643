import type { Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../conformance/case.ts'
import { type Client, type ContractRelay, messageOf, openContractRelay, signed } from './test-contract-relay.ts'
import { createChecker } from './test-document.ts'

/** One conversation in which everything happens, and what readers of the served documents have to say about it. */
let relay: ContractRelay
let statuses: Set<string>

beforeAll(async () => {
  relay = await openContractRelay()
  statuses = new Set()
  const bot = await relay.backend({ credit: 8, after: 0 })
  bot.answer(answerOf)
  const page = await relay.visitor({ locale: 'zh-CN', visit: { url: 'https://shop.example/tea', title: 'Tea' } })
  const conversation = await talk(page, bot)
  await askOverRest(conversation)
  await people(page, conversation)
  await relay.visitor({ site: 'nowhere' })
  await relay.backend({ token: 'made up' })
  await until(() => relay.receiver.calls.length > 8, 'pushes')
  await relay.close()
}, 60_000)

const until = (condition: () => unknown, what: string) => eventually(async () => condition() || undefined, what, 20_000)
const message = (text: string) => ({ kind: 'message', parts: [{ kind: 'text', text }] })
const entriesOf = (client: Client) =>
  (client.heard('entries') as { entries: Entry[] }[]).flatMap(({ entries }) => entries)

const failed = new Set<string>()

function answerOf({ id, entry: { body } }: Event): object | undefined {
  const text = JSON.stringify(body)
  if (text.includes('fail') && !failed.has(id)) {
    failed.add(id)
    return { error: { message: 'no idea' } }
  }
  if (text.includes('stream')) return { later: true }
  if (text.includes('silence') || body.kind === 'stop') return undefined
  if (text.includes('choose')) return { actions: everyPart }
  return {
    actions: [
      { kind: 'reply', parts: [{ kind: 'text', text: 'Good day.' }] },
      { kind: 'typing', on: true },
    ],
  }
}

const everyPart = [
  { kind: 'reply', parts: [{ kind: 'choices', text: 'Which?', options: [{ id: 'green', label: 'Green' }] }] },
  { kind: 'reply', parts: [{ kind: 'card', title: 'Tea', buttons: [{ kind: 'reply', id: 'more', label: 'More' }] }] },
  { kind: 'reply', parts: [{ kind: 'image', url: 'https://shop.example/tea.png' }] },
  { kind: 'reply', parts: [{ kind: 'location', latitude: 30.2, longitude: 120.1 }] },
  { kind: 'set', attributes: { topic: 'tea', urgent: true } },
  { kind: 'note', text: 'likes tea' },
  { kind: 'ask', part: { kind: 'form', fields: [{ name: 'order', label: 'Order' }] } },
  { kind: 'ask', part: { kind: 'rating', scale: 'csat' } },
]

async function talk(page: Client, bot: Client): Promise<string> {
  const said = (text: string) => () => JSON.stringify(entriesOf(page)).includes(text)
  await page.ask('send', { key: 'k1', body: message('hello') })
  await page.ask('send', { key: 'k1', body: message('hello') })
  await page.ask('send', { key: 'wrong key', body: message('') })
  await until(said('Good day.'), 'an answer')
  await page.ask('send', { key: 'k2', body: message('choose') })
  await until(said('csat'), 'every part')
  const form = entriesOf(page).find(({ body }) => JSON.stringify(body).includes('"form"'))
  await page.ask('send', { key: 'k3', body: { kind: 'answer', of: form?.seq, values: { order: '123456' } } })
  await page.ask('send', { key: 'k4', body: { kind: 'rating', scale: 'csat', score: 5 } })
  await page.ask('send', { key: 'k5', body: { kind: 'reaction', of: 1, emoji: '🍵', on: true } })
  await page.ask('send', { key: 'k6', body: { kind: 'edit', of: 1, parts: [{ kind: 'text', text: 'hello!' }] } })
  await page.ask('after', { after: 0 })
  await page.ask('after', { after: -1 })
  await page.ask('history', { before: 3, limit: 2 })
  await page.ask('history', { before: 0 })
  await page.ask('identify', { jwt: 'made.up.jwt' })
  await customer()
  page.tell('cursor', { delivered: 2, read: 2 })
  page.tell('visit', { url: 'https://shop.example/cups', attributes: { plan: 'gold' } })
  await page.ask('send', { key: 'k7', body: message('stream, please') })
  const conversation = entriesOf(page)[0]?.conversation ?? ''
  const asked = () =>
    (bot.heard('event') as { event: Event }[]).find(({ event }) => JSON.stringify(event).includes('stream'))
  await until(asked, 'the event')
  const { id, floor } = asked()?.event ?? expect.fail()
  const act = (...actions: object[]) =>
    bot.ask('act', { conversation, request: { key: id, event: id, term: floor.term, actions } })
  await act({ kind: 'stream', key: 'tea', text: 'There is' })
  await page.ask('send', { key: 'k8', body: { kind: 'stop' } })
  await act({ kind: 'stream', key: 'tea', text: 'There is green tea.', done: true })
  await bot.ask('act', { conversation: 'v_none', request: { key: 'k', actions: [{ kind: 'note', text: 'x' }] } })
  return conversation
}

/** Somebody whom the shop knows, and whose question the bot cannot answer at first. */
async function customer(): Promise<void> {
  const page = await relay.visitor()
  await page.ask('identify', { jwt: signed('customer-7') })
  await page.ask('send', { key: 'f1', body: message('fail once') })
  await until(() => JSON.stringify(entriesOf(page)).includes('Good day.'), 'an answer to the second try')
}

/** Every description's GET whose place is known, and what follows an answer. */
async function askOverRest(conversation: string): Promise<void> {
  const { contact } = (await relay.ask('GET', `/v1/conversations/${conversation}`)).body as { contact: { id: string } }
  const places: Record<string, string> = { backend: 'faq', article: 'pay', name: 'hook', seq: '1' }
  const paths = relay.documents.http.paths as Record<string, Record<string, unknown>>
  await relay.ask('PUT', '/v1/knowledge/faq/articles/pay', {
    json: { question: 'How to pay?', answer: 'By card.' },
    as: 'boss',
  })
  const asked: [string, string, unknown?][] = [
    ...Object.keys(paths)
      .map((path): [string, string] => ['GET', path])
      .filter(([, path]) => 'get' in (paths[path] ?? {})),
    ['POST', '/v1/conversations/{id}/actions', { key: 'r1', actions: [{ kind: 'note', text: 'seen' }] }],
    ['POST', '/v1/conversations/{id}/actions', { key: 'r2', actions: [] }],
    ['POST', '/v1/conversations/{id}/cursor', { delivered: 1, read: 1 }],
    ['PATCH', '/v1/contacts/{id}', { name: '李雷' }],
    ['POST', '/v1/knowledge/{backend}/match', { question: 'pay?' }],
    ['POST', '/v1/backends/{name}/enable'],
    ['POST', '/v1/backends/{name}/replay'],
  ]
  for (const [method, path, json] of asked)
    for (const as of ['bot', 'boss'] as const) {
      const id = path.startsWith('/v1/contacts') ? contact.id : conversation
      const at = path.replace('{id}', id).replaceAll(/\{(\w+)\}/g, (_, name: string) => places[name] ?? 'none')
      const { status } = await relay.ask(method, `${at}${path === '/v1/feed' ? '?after=0' : ''}`, { json, as })
      statuses.add(`${method} ${path} ${status}`)
    }
}

async function people(page: Client, conversation: string): Promise<void> {
  const desk = await relay.desk()
  const act = (...actions: object[]) =>
    desk.ask('act', { conversation, request: { key: `d${Math.random()}`, actions } })
  desk.tell('watch', { conversation })
  await until(() => {
    page.tell('typing', { on: true, preview: 'I wo' })
    return desk.heard('signal').length
  }, 'a preview')
  await act({ kind: 'reply', parts: [{ kind: 'text', text: 'Anna here.' }] })
  desk.tell('typing', { conversation, on: true })
  await act({ kind: 'handoff', to: { kind: 'queue' }, reason: 'lunch', summary: 'Wants tea.' })
  await act({ kind: 'close', reason: 'done' })
  await page.ask('send', { key: 'k9', body: message('silence') })
  desk.socket.disconnect()
  await until(() => page.heard('staffed').length, 'staffed')
}

describe('what readers of the served documents', () => {
  it('were promised is what every answer and every packet was', () => {
    expect(relay.complaints).toEqual([])
    expect(relay.receiver.complaints).toEqual([])
    expect(relay.crossed.length).toBeGreaterThan(60)
  })

  it('were told of, all of it happened here', () => {
    const seen = new Set(relay.crossed.map(({ channel, message }) => `${channel} ${message}`))
    const channels = relay.documents.wires.channels as Record<string, { messages: object }>
    const told = ['visitor', 'backend'].flatMap((channel) =>
      Object.keys(channels[channel]?.messages ?? {})
        .filter((message) => message.startsWith('on') || message.endsWith('Answer'))
        .map((message) => `${channel} ${message}`),
    )
    expect(told.filter((one) => !seen.has(one))).toEqual([])
    expect(told.length).toBeGreaterThan(17)
  })

  it('were told of an answer and of a refusal, they were given both, of every packet that is answered', () => {
    const answers = relay.crossed.filter(({ message }) => message.endsWith('Answer') && message !== 'connectAnswer')
    const given = new Set(
      answers.map(({ channel, message, payload }) => {
        const refused = typeof payload === 'object' && payload !== null && 'error' in payload
        return `${channel} ${message} ${refused ? 'refused' : 'done'}`
      }),
    )
    const both = [...new Set(answers.map(({ channel, message }) => `${channel} ${message}`))].flatMap((one) => [
      `${one} done`,
      `${one} refused`,
    ])
    expect(both.filter((one) => !given.has(one))).toEqual([])
    expect(both.length).toBe(12)
  })

  it('were told of requests was answered well at least once, for each that only reads', () => {
    const paths = Object.entries(relay.documents.http.paths as Record<string, object>)
    const reads = paths.flatMap(([path, methods]) => ('get' in methods ? [path] : []))
    const elsewhere = /originals?|aside|agents|session|\/me|files|raw/
    expect(reads.filter((path) => !elsewhere.test(path) && !statuses.has(`GET ${path} 200`))).toEqual([])
    expect([...statuses].filter((one) => / 5\d\d$/.test(one))).toEqual([])
  })

  it('were told of the push is what the webhook was sent', () => {
    const checker = createChecker(relay.documents.wires)
    const told = messageOf(relay.documents.wires, { channel: 'webhook', message: 'event' })
    for (const { headers, body } of relay.receiver.calls) {
      expect(checker.complaints(told?.payload, JSON.parse(body), 'whole')).toEqual([])
      expect(checker.complaints(told?.headers, headers)).toEqual([])
    }
    const kinds = new Set(relay.receiver.calls.map(({ event }) => event.entry.body.kind))
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining(['answer', 'attributes', 'handoff', 'message', 'note', 'rating', 'status']),
    )
  })

  it('would complain about: a field that is missing, one too many, and one of another type', () => {
    const checker = createChecker(relay.documents.wires)
    const ready = relay.crossed.find(({ channel, message }) => channel === 'visitor' && message === 'onReady')
      ?.payload as object
    const schema = { $ref: '#/components/schemas/Ready' }
    expect(checker.complaints(schema, ready, 'whole')).toEqual([])
    expect(checker.complaints(schema, { ...ready, last: undefined }, 'whole')).not.toEqual([])
    expect(checker.complaints(schema, { ...ready, more: 1 }, 'whole')).not.toEqual([])
    expect(checker.complaints(schema, { ...ready, at: 'now' }, 'whole')).not.toEqual([])
  })
})
