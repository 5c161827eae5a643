import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

/**
 * A chat-completions endpoint that streams as the real ones do and takes only what they take. What it answers is a script per
 * request; the last script goes for all that follow.
 */

const text = z.string()
const userContent = z.union([
  text,
  z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('text'), text }),
        z.strictObject({ type: z.literal('image_url'), image_url: z.strictObject({ url: z.url() }) }),
      ]),
    )
    .min(1),
])
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: text.min(1) }),
  z.strictObject({ role: z.literal('user'), content: userContent }),
  z.strictObject({ role: z.literal('assistant'), content: text }),
])
const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: text.optional(),
    parameters: z.strictObject({
      type: z.literal('object'),
      properties: z.record(text, z.strictObject({ type: text, description: text.optional() })),
      required: z.array(text),
      additionalProperties: z.boolean(),
    }),
  }),
})
/** https://platform.openai.com/docs/api-reference/chat/create, the part of it that is asked for. */
const request = z.strictObject({
  model: text.min(1),
  messages: z.array(message).min(1),
  stream: z.literal(true),
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().positive().optional(),
  max_completion_tokens: z.int().positive().optional(),
  tools: z.array(tool).min(1).optional(),
})
export type Asked = z.infer<typeof request>

export type Step =
  | { say: string }
  | { refuse: string }
  | { think: string }
  /** A tool call in fragments of its JSON. `shape` is the vendor's: vLLM repeats the name (vllm-project/vllm#13078), DashScope an empty id, Ollama sends it whole. */
  | { call: string; json: string; shape?: 'openai' | 'vllm' | 'dashscope' | 'ollama' }
  | { finish: string }
  | { wait: number }
  | 'keep-alive'
  | 'usage'
  | 'done'
  | 'reset'
  /** Nothing more, and the connection stays open. */
  | 'stall'
  | { data: string }
  | { event: string; data: string }

export type Script =
  | Step[]
  | { status: number; headers?: Record<string, string>; body: string; type?: string }
  /** Nothing at all, not even headers. */
  | 'silence'

export interface TestEndpoint {
  baseUrl: string
  /** Every request that was taken, oldest first. */
  asked: Asked[]
  /** What was wrong with those that were not. */
  refused: string[]
  /** How many answers the client left before their end. */
  left(): number
  script(...scripts: Script[]): void
  close(): Promise<void>
}

/** A whole answer, word by word, as OpenAI ends it. */
export function saying(...words: string[]): Step[] {
  return [...words.map((say) => ({ say })), { finish: 'stop' }, 'usage', 'done']
}

export async function openTestEndpoint({ key = 'sk-test-key' }: { key?: string | null } = {}): Promise<TestEndpoint> {
  const asked: Asked[] = []
  const refused: string[] = []
  let scripts: Script[] = [saying('Yes.')]
  let left = 0

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const taken = await take(incoming, key)
    if ('status' in taken) {
      refused.push(taken.message)
      return whole(response, {
        status: taken.status,
        body: JSON.stringify({
          error: { message: taken.message, type: 'invalid_request_error', param: null, code: null },
        }),
      })
    }
    asked.push(taken.request)
    const script = (scripts.length > 1 ? scripts.shift() : scripts[0]) ?? []
    response.on('close', () => {
      if (!response.writableFinished) left++
    })
    if (script === 'silence') return
    if (!Array.isArray(script)) return whole(response, script)
    await play(response, script, taken.request.model)
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    refused,
    left: () => left,
    script(...next) {
      scripts = next
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

type Taken = { request: Asked } | { status: number; message: string }

async function take(incoming: IncomingMessage, key: string | null): Promise<Taken> {
  let body = ''
  for await (const piece of incoming.setEncoding('utf8')) body += piece
  if (incoming.method !== 'POST' || incoming.url !== '/v1/chat/completions')
    return { status: 404, message: `Invalid URL (${incoming.method} ${incoming.url})` }
  const wanted = key === null ? undefined : `Bearer ${key}`
  const given = incoming.headers.authorization
  // Real endpoints repeat what they were given, with stars at best.
  if (given !== wanted) return { status: 401, message: `Incorrect API key provided: ${given}` }
  if (incoming.headers['openai-organization'] !== undefined) return { status: 401, message: 'No such organization' }
  if (!/^application\/json\b/.test(incoming.headers['content-type'] ?? ''))
    return { status: 415, message: 'Unsupported content type' }
  const read = request.safeParse(JSON.parse(body))
  return read.success ? { request: read.data } : { status: 400, message: z.prettifyError(read.error) }
}

function whole(
  response: ServerResponse,
  { status, headers, body, type = 'application/json' }: Exclude<Script, 'silence' | Step[]>,
): void {
  response.writeHead(status, { 'content-type': type, ...headers }).end(body)
}

async function play(response: ServerResponse, script: readonly Step[], model: string): Promise<void> {
  const chunk = (choices: object[], more: object = {}) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_790_000_000, model, system_fingerprint: 'fp_1', choices, ...more })}\n\n`
  const delta = (one: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: one, logprobs: null, finish_reason: finish }], { usage: null })
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  await write(response, delta({ role: 'assistant', content: '', refusal: null }))
  for (const step of script) {
    if (response.destroyed || step === 'stall') return
    if (step === 'reset') {
      response.socket?.resetAndDestroy()
      return
    }
    if (typeof step === 'object' && 'wait' in step) await pause(step.wait)
    else for (const one of wireOf(step, { delta, chunk })) await write(response, one)
  }
  response.end()
}

interface Forms {
  delta(one: object, finish?: string): string
  chunk(choices: object[], more?: object): string
}

function wireOf(step: Exclude<Step, 'stall' | 'reset' | { wait: number }>, { delta, chunk }: Forms): string[] {
  if (step === 'keep-alive') return [': keep-alive\n\n']
  if (step === 'done') return ['data: [DONE]\n\n']
  if (step === 'usage') return [chunk([], { usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 } })]
  if ('say' in step) return [delta({ content: step.say })]
  if ('refuse' in step) return [delta({ content: null, refusal: step.refuse })]
  if ('think' in step) return [delta({ content: null, reasoning_content: step.think })]
  if ('finish' in step) return [delta({}, step.finish)]
  if ('call' in step) return calling(step, delta)
  return ['event' in step ? `event: ${step.event}\ndata: ${step.data}\n\n` : `data: ${step.data}\n\n`]
}

function calling({ call, json, shape = 'openai' }: Extract<Step, { call: string }>, delta: Forms['delta']): string[] {
  const one = (id: object, called: object) => delta({ tool_calls: [{ index: 0, ...id, function: called }] })
  const first = { id: 'call_1', type: 'function' }
  if (shape === 'ollama') return [one(first, { name: call, arguments: json })]
  const fragments = json.match(/[\s\S]{1,7}/g) ?? []
  const later = { openai: {}, vllm: { id: null, type: null }, dashscope: { id: '', type: 'function' } }[shape]
  return [
    one(first, { name: call, arguments: '' }),
    ...fragments.map((piece) =>
      one(later, {
        ...(shape === 'vllm' && { name: call }),
        ...(shape === 'dashscope' && { name: null }),
        arguments: piece,
      }),
    ),
  ]
}

/** In pieces that end inside lines and inside characters. */
async function write(response: ServerResponse, lines: string): Promise<void> {
  const bytes = Buffer.from(lines)
  const middle = bytes.findIndex((byte) => byte >= 0xc0)
  const cuts = middle === -1 ? [Math.floor(bytes.length / 2)] : [middle + 1]
  for (const [index, cut] of [...cuts, bytes.length].entries()) {
    if (response.destroyed) return
    response.write(bytes.subarray(index === 0 ? 0 : cuts[0], cut))
    await pause(1)
  }
}
