import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** An OpenAI-compatible endpoint on this machine, without any intelligence: it quotes what it was told, word by word. */
export interface SimulatedModel {
  baseUrl: string
  model: string
  /** What customers see above its answers. */
  title: string
  close(): Promise<void>
}

interface SimulatedModelOptions {
  /** Milliseconds between two words. */
  pace?: number
}

interface Turn {
  role: 'system' | 'user' | 'assistant'
  content: string
}

const BODY_MAX = 1_000_000
/** A question that shares less than this with all it was told is one for people. */
const ENOUGH = 0.25

const SAYS = {
  en: {
    quotes: 'From what the shop told me:',
    passes: 'The shop told me nothing about that, and I am only a simulated model.',
  },
  zh: { quotes: '店里告诉我：', passes: '店里没有告诉过我，而我只是一个模拟的模型。' },
}

/** Answers from the lines `Q: …` and `A: …` of its instructions, and hands over where none fits. */
export async function simulateModel({ pace = 230 }: SimulatedModelOptions = {}): Promise<SimulatedModel> {
  const server = createServer((request, response) => {
    answer(request, response, pace).catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    model: 'simulated',
    title: 'Simulated model · 模拟模型',
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, pace: number): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
    response.writeHead(404).end()
    return
  }
  const { messages } = JSON.parse(await textOf(request)) as { messages: Turn[] }
  const question = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const fact = factFor(
    question,
    messages.filter(({ role }) => role === 'system').map(({ content }) => content),
  )
  const says = /\p{Script=Han}/u.test(question) ? SAYS.zh : SAYS.en
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  for (const word of wordsOf(fact === undefined ? says.passes : `${says.quotes}\n\n${fact}`)) {
    if (response.destroyed) return
    response.write(chunk({ content: word }))
    await pause(pace)
  }
  if (fact === undefined) response.write(chunk({ tool_calls: [handoff(question)] }))
  response.end(`${chunk({}, fact === undefined ? 'tool_calls' : 'stop')}data: [DONE]\n\n`)
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) {
    text += piece
    if (text.length > BODY_MAX) throw new Error(`a request of more than ${BODY_MAX} characters`)
  }
  return text
}

/** The answer whose question shares most of its words with this one. */
function factFor(question: string, told: readonly string[]): string | undefined {
  const facts = told.flatMap((text) => [...text.matchAll(/^Q: (.+)\nA: (.+)$/gm)])
  const asked = termsOf(question)
  const scored = facts.map(([, known = '', fact = '']) => {
    const terms = termsOf(`${known} ${fact}`)
    return { fact, score: likeness(asked, termsOf(known)) + likeness(asked, terms) / 2 }
  })
  const best = scored.reduce((first, one) => (one.score > first.score ? one : first), { fact: '', score: 0 })
  return best.score >= ENOUGH ? best.fact : undefined
}

/** How much of the smaller set is in the other. */
function likeness(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  const size = Math.min(some.size, others.size)
  return size === 0 ? 0 : [...some].filter((one) => others.has(one)).length / size
}

const COMMON = new Set(
  'a about also an and any are be but can could do does for get give have hello hey hi how i if in is it me my not of ok on or please so tea teas tell thanks that the there this to us want we what when where which will with would you your'.split(
    ' ',
  ),
)
const COMMON_ZH = /你们|我们|您|我|请问|什么|怎么|多少|可以|吗|呢|的|了|是/g

/** What customers call a thing that the shop's articles call otherwise. */
const TOPICS = new Map(
  [
    'return refund exchange',
    'delivery deliver ship shipping parcel post',
    'cost price fee',
    'open opening hour hours',
  ].flatMap((line) => {
    const [topic = '', ...others] = line.split(' ')
    return [topic, ...others].map((one) => [one, topic] as const)
  }),
)
const TOPICS_ZH = [
  [/退款|退钱|换货/g, '退货'],
  [/快递|发货|送货/g, '配送'],
] as const

/** One of several, and the name that the articles have for it. */
function topicOf(word: string): string {
  const one = word.length > 3 && !word.endsWith('ss') ? word.replace(/s$/, '') : word
  return TOPICS.get(word) ?? TOPICS.get(one) ?? one
}

/** Words of Latin script, and pairs of Chinese characters. */
function termsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{Script=Latin}\d]{2,}/gu) ?? []
  const named = TOPICS_ZH.reduce((said, [others, topic]) => said.replaceAll(others, topic), text)
  const runs = named.replaceAll(COMMON_ZH, ' ').match(/\p{Script=Han}+/gu) ?? []
  const pairs = runs.flatMap((run) => [...run].slice(1).map((sign, index) => `${[...run][index]}${sign}`))
  return new Set([...words.filter((word) => !COMMON.has(word)).map(topicOf), ...pairs])
}

function wordsOf(text: string): string[] {
  return text.match(/\p{Script=Han}{1,2}|[^\s\p{Script=Han}]+\s*|\s+/gu) ?? []
}

/** https://platform.openai.com/docs/api-reference/chat/streaming */
function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }]
  const one = { id: 'chatcmpl-simulated', object: 'chat.completion.chunk', created: 0, model: 'simulated', choices }
  return `data: ${JSON.stringify(one)}\n\n`
}

function handoff(question: string): object {
  const input = {
    reason: 'the shop told it nothing about that',
    summary: `Could not answer: ${question.slice(0, 200)}`,
  }
  return { index: 0, id: 'call_1', type: 'function', function: { name: 'handoff', arguments: JSON.stringify(input) } }
}
