import { type ActionInput, action, type Event, type Tools } from '@hutong/core/backend'
import type { Body, Entry, Participant } from '@hutong/core/entry'
import { expect, it } from 'vitest'
import { createFlowBackend } from './flow.ts'
import { type Flow, flowOptions } from './flow-options.ts'

const FLOWS = Number(process.env.HUTONG_FAULT_FLOWS ?? 200)
const EVENTS = 20
const MEMORY_MAX = 65_536

type Random = () => number

/** Mulberry32: the same numbers for the same seed. */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function pick<T>(random: Random, all: readonly T[]): T {
  const one = all[Math.floor(random() * all.length)]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}

const WORDS = [
  'w0',
  'w1',
  'w2',
  '退货',
  'menu',
  '1',
  '2',
  '99',
  '三',
  '-',
  'cancel',
  '12345678',
  'a@b.example',
  '2026-01-31',
  'yes',
  '',
  '{{v0}}',
  '**x**',
  '\u0000\u0007',
  '\ud800',
  '😀'.repeat(300),
  'x'.repeat(8_000),
  '引'.repeat(4_000),
  'A: 1\nB: 2\n3',
  '"\\'.repeat(2_000),
]
const VARIABLES = ['v0', 'v1', 'v2', 'constructor', 'toString']
const REFERENCES = ['v0', 'constructor', 'contact.name|you', 'conversation.toString', 'page.x', 'opens', 'language']

/** A flow that passes its own validation: what does not wait leads only to later steps, and rules lead everywhere. */
function randomFlow(random: Random): unknown {
  const count = 2 + Math.floor(random() * 8)
  const names = Array.from({ length: count }, (_, at) => `s${at}`)
  const steps = names.map((name, at) => [name, randomStep(random, names, names.slice(at + 1))])
  const variables = Object.fromEntries(VARIABLES.map((name) => [name, 'x {{language}}']))
  const rules = names.map((name, at) =>
    pick(random, [
      { any: [`w${at}`], next: name },
      { choice: `c${at}`, next: name },
      { pattern: `{digits:${at + 2}-12}`, as: 'v1', if: { fact: 'v0', exists: random() < 0.5 }, next: name },
    ]),
  )
  const options = names.map((name, at) => ({ id: `c${at}`, label: name }))
  const offer = { kind: 'say', parts: { en: [{ kind: 'choices', options }] }, next: 's0' }
  return {
    hours: { timeZone: pick(random, ['Asia/Shanghai', 'America/New_York']), week: { mon: ['22:00-04:00'] } },
    patience: 1 + Math.floor(random() * 4),
    rules: [...rules, { any: ['setup'], next: 'setup' }],
    steps: { ...Object.fromEntries(steps), setup: { kind: 'set', variables, next: 'offer' }, offer },
    ...(random() < 0.6 && { welcome: { text: `Hi ${text(random)}`, next: pick(random, names) } }),
    ...(random() < 0.6 && { otherwise: pick(random, names) }),
    ...(random() < 0.6 && { returned: pick(random, names) }),
  }
}

function text(random: Random): string {
  return `T {{${pick(random, REFERENCES)}}}`
}

function randomStep(random: Random, all: readonly string[], later: readonly string[]): object {
  const any = () => pick(random, all)
  const on = later.length === 0 ? {} : { next: pick(random, later) }
  const makers: (() => object)[] = [
    () => ({ kind: 'say', text: `**${text(random)}**`, format: pick(random, ['plain', 'markdown']), ...on }),
    () => ({
      kind: 'menu',
      text: text(random),
      options: [0, 1, 2].map((id) => ({ id: `o${id}`, label: `L${id}`, next: any() })),
      ...(random() < 0.5 && { otherwise: any() }),
    }),
    () => ({
      kind: 'form',
      fields: VARIABLES.slice(0, 1 + Math.floor(random() * 5)).map((name) => randomField(random, name)),
      keep: pick(random, ['variables', 'attributes']),
      next: any(),
      ...(random() < 0.5 && { cancel: any() }),
    }),
    () => ({
      kind: 'wait',
      text: text(random),
      as: pick(random, VARIABLES),
      type: pick(random, ['text', 'email', 'tel', 'number', 'date']),
      next: any(),
    }),
    () => ({ kind: 'ask', scale: pick(random, ['csat', 'nps', 'ces', 'solved']), as: 'v2', next: any() }),
    () => ({ kind: 'handoff', to: pick(random, ['next', 'queue']), text: text(random) }),
    () => ({ kind: 'close', text: text(random) }),
    () => ({
      kind: 'set',
      tags: [`t${Math.floor(random() * 9)}`],
      attributes: { a: text(random), b: null },
      variables: { v0: text(random) },
      ...on,
    }),
  ]
  if (later.length > 0) {
    makers.push(() => ({ kind: 'goto', ...on }))
    makers.push(() => ({
      kind: 'condition',
      cases: [
        { if: { fact: pick(random, ['open', 'v1', 'conversation.a']), exists: true }, next: pick(random, later) },
      ],
      otherwise: pick(random, later),
    }))
  }
  return pick(random, makers)()
}

function randomField(random: Random, name: string): object {
  const type = pick(random, ['text', 'email', 'tel', 'number', 'date', 'textarea', 'select', 'checkbox'])
  const options = type === 'select' ? { options: [0, 1].map((id) => ({ id: `o${id}`, label: `L${id}` })) } : {}
  return { name, label: pick(random, ['A', 'B', text(random)]), type, required: random() < 0.7, ...options }
}

const lin: Participant = { kind: 'contact', id: 'c1' }
const bot: Participant = { kind: 'bot', id: 'flow' }

function randomBody(random: Random): Body {
  const words = [pick(random, WORDS), pick(random, WORDS)].join(pick(random, [' ', '\n', '']))
  const choice = { of: 1, id: pick(random, ['s0:o1', 's1:o0', 's3:o9', 'c1', 'nothing', '__proto__']) }
  return pick<Body>(random, [
    { kind: 'message', parts: [{ kind: 'text', text: words || ' ', format: 'plain' }] },
    { kind: 'message', parts: [{ kind: 'text', text: words || ' ', format: 'plain' }], choice },
    { kind: 'message', parts: [{ kind: 'image', url: 'https://pictures.example/a.png' }] },
    { kind: 'answer', of: 1, values: { v0: words.slice(0, 4_000), constructor: 'o1', __other: 'x' } },
    { kind: 'answer', of: 1, values: { v0: words.slice(0, 4_000) } },
    { kind: 'rating', scale: 'csat', score: Math.floor(random() * 5) },
    { kind: 'stop' },
  ])
}

/** One conversation with its log, memory and floor, carried on as the relay would. */
function createWorld(flow: Flow, random: Random) {
  const backend = createFlowBackend('flow', flow)
  const log: Entry[] = []
  const attributes: Record<string, string | number | boolean | null> = {}
  let memory: unknown
  let term = 1
  const append = (from: Participant, body: Body): Entry => {
    const entry: Entry = {
      conversation: 'v1',
      seq: log.length + 1,
      key: `k${log.length}`,
      at: Math.floor(random() * 1e12),
      from,
      body,
    }
    log.push(entry)
    return entry
  }
  const give = (from: Participant): Entry =>
    append(from, { kind: 'handoff', floor: { holder: { kind: 'bot', id: 'flow' }, term: ++term } })

  async function hear(entry: Entry): Promise<ActionInput[]> {
    const event: Event = {
      id: `v1:${entry.seq}`,
      position: 1,
      site: 's',
      conversation: 'v1',
      contact: 'c1',
      entry,
      floor: { holder: { kind: 'bot', id: 'flow' }, term },
    }
    const tools: Tools = {
      signal: new AbortController().signal,
      history: async () => log.filter(({ seq }) => seq < entry.seq).slice(-100),
      conversation: async () => ({
        id: 'v1',
        site: 's',
        contact: 'c1',
        status: 'open',
        last: log.length,
        floor: event.floor,
        channel: 'web',
        attributes,
        createdAt: 0,
        updatedAt: 0,
        waitingSince: null,
      }),
      contact: async () => ({ id: 'c1', site: 's', attributes: {}, identities: [], createdAt: 0, seenAt: 0 }),
      memory: {
        get: async () => memory,
        put: async (value) => {
          memory = structuredClone(value)
        },
      },
    }
    const answer = backend.handle(event, tools)
    const actions: ActionInput[] = []
    if (Symbol.asyncIterator in answer) for await (const one of answer) actions.push(one)
    return actions
  }

  function carryOut(one: ActionInput): void {
    if (one.kind === 'set') Object.assign(attributes, one.attributes)
    if (one.kind === 'reply')
      append(bot, {
        kind: 'message',
        parts: action.parse(one).kind === 'reply' ? [{ kind: 'text', text: 'said', format: 'plain' }] : [],
      })
    if (one.kind === 'close') append(bot, { kind: 'status', status: 'closed' })
    if (one.kind === 'handoff') append(bot, { kind: 'handoff', floor: { holder: { kind: 'queue' }, term: ++term } })
    if (one.kind === 'handoff' && random() < 0.5) give({ kind: 'agent', id: 'a_anna' })
    else if (one.kind === 'handoff' || one.kind === 'close') give({ kind: 'system', id: 'relay' })
  }

  return { append, give, hear, carryOut, memory: () => memory }
}

it('no flow that passes validation goes on for ever, throws, or asks twice for different things, whatever it hears', {
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env.HUTONG_FAULT_SEED ?? Date.now() % 1_000_000_000)
  process.stdout.write(`seed ${seed}: replay with HUTONG_FAULT_SEED=${seed}\n`)
  let actions = 0
  for (let round = 0; round < FLOWS; round++) {
    const random = createRandom(seed + round)
    const settings = randomFlow(random)
    const where = `HUTONG_FAULT_SEED=${seed + round}`
    const { data: flow, error } = flowOptions.safeParse(settings)
    expect(error?.issues, where).toBeUndefined()
    if (flow)
      actions += await converse(flow, random).catch((cause: unknown) =>
        Promise.reject(new Error(`${where}: ${cause}`, { cause })),
      )
  }
  expect(actions).toBeGreaterThan(FLOWS * EVENTS)
})

async function converse(flow: Flow, random: Random): Promise<number> {
  const world = createWorld(flow, random)
  const most = Object.keys(flow.steps).length + 4
  let count = 0
  for (let at = 0; at < EVENTS; at++) {
    const entry = random() < 0.1 ? world.give({ kind: 'bot', id: 'other' }) : world.append(lin, randomBody(random))
    const asked = await world.hear(entry)
    expect(asked.length).toBeLessThanOrEqual(most)
    for (const one of asked) expect(action.safeParse(one).error?.issues).toBeUndefined()
    expect(Buffer.byteLength(JSON.stringify(world.memory() ?? null))).toBeLessThanOrEqual(MEMORY_MAX)
    if (entry.body.kind === 'message') expect(asked, 'a message is answered or passed on').not.toEqual([])
    expect(await world.hear(entry)).toEqual(asked)
    for (const one of asked) world.carryOut(one)
    count += asked.length
  }
  return count
}
