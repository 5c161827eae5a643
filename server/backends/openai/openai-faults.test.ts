import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestEndpoint, type Script, type Step, saying, type TestEndpoint } from './test-endpoint.ts'
import { createTalk } from './test-openai-talk.ts'

let endpoint: TestEndpoint

beforeEach(async () => {
  endpoint = await openTestEndpoint()
})
afterEach(() => endpoint.close())

function talk(more: object = {}) {
  return createTalk({
    baseUrl: endpoint.baseUrl,
    apiKey: 'sk-test-key',
    model: 'm',
    reasoning: 'separate',
    idleMs: 400,
    ...more,
  })
}

const status = (code: number, headers: Record<string, string> = {}): Script => ({
  status: code,
  headers,
  body: '{"error":{"message":"no","type":"some_error","code":null}}',
})

const notAStream = { code: 'unreachable', message: expect.stringContaining('not with a stream') }

const endless = { code: 'unreachable', message: expect.stringContaining('an event without end') }

describe('an endpoint that fails before the first word', () => {
  it.each<[string, Script, { code: string; retryAfter?: number; message?: string }]>([
    ['403', status(403), { code: 'misconfigured' }],
    ['404', status(404), { code: 'misconfigured' }],
    ['400', status(400), { code: 'rejected' }],
    ['429 with Retry-After', status(429, { 'retry-after': '7' }), { code: 'throttled', retryAfter: 7_000 }],
    ['429 with retry-after-ms', status(429, { 'retry-after-ms': '350' }), { code: 'throttled', retryAfter: 350 }],
    ['500 with a page', { status: 500, body: '<h1>Oops</h1>', type: 'text/html' }, { code: 'unreachable' }],
    ['503 with Retry-After', status(503, { 'retry-after': '2' }), { code: 'unreachable', retryAfter: 2_000 }],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' }, body: '' }, { code: 'unreachable' }],
    ['a page in place of a stream', { status: 200, body: '<h1>Hi</h1>', type: 'text/html' }, notAStream],
    ['JSON in place of a stream', { status: 200, body: '{"choices":[]}' }, notAStream],
    ['silence', 'silence', { code: 'timeout' }],
    ['silence after the headers', ['stall'], { code: 'timeout' }],
    ['a cut connection', ['reset'], { code: 'unreachable' }],
    ['a stream without a word or an end', ['done'], { code: 'unreachable' }],
    ['nonsense in a chunk', [{ data: '{"choices":[{"delta":{"content":7}}]}' }], { code: 'unreachable' }],
    ['a chunk that is no JSON', [{ data: '{"choices":[{' }], { code: 'unreachable' }],
    ['an event that does not end', [{ data: 'x'.repeat(300_000) }], endless],
    ['lines that never end an event', [{ data: 'data: x\ndata: '.repeat(30_000) }], endless],
    ['an error in the stream', [{ data: '{"error":{"message":"busy","code":503}}' }], { code: 'unreachable' }],
    ['a rate limit in the stream', [{ data: '{"error":{"code":"rate_limit_exceeded"}}' }], { code: 'throttled' }],
    ['an event called error', [{ event: 'error', data: '{"message":"x","code":500}' }], { code: 'unreachable' }],
    ['an error as old vLLM writes it', [{ data: '{"object":"error","message":"x"}' }], { code: 'unreachable' }],
    [
      'an account without money',
      { status: 429, body: '{"error":{"code":"insufficient_quota"}}' },
      { code: 'misconfigured' },
    ],
    [
      'an input that a filter of DashScope refuses',
      { status: 400, body: '{"error":{"code":"data_inspection_failed"}}' },
      { code: 'rejected' },
    ],
    ['no room left at DeepSeek', [{ finish: 'insufficient_system_resource' }], { code: 'unreachable' }],
    ['a network error at Zhipu', [{ finish: 'network_error' }], { code: 'unreachable' }],
    ['an error in place of a stream', { status: 200, body: '{"error":{"code":"rate_limit"}}' }, { code: 'throttled' }],
  ])('is told to the relay as a row of the error table: %s', async (_, script, expected) => {
    endpoint.script(script)
    const { actions, failed } = await talk().hear()
    expect(actions).toEqual([])
    expect(failed).toMatchObject(expected)
    expect(endpoint.asked).toHaveLength(1)
  })

  it('names what is to be looked at when the key is wrong, and not the key', async () => {
    const { failed } = await talk({ apiKey: 'sk-wrong-and-secret' }).hear()
    expect(failed?.code).toBe('misconfigured')
    expect(failed?.message).toContain('apiKey')
    expect(failed?.cause).toContain('Incorrect API key provided')
    expect(JSON.stringify(failed)).not.toContain('sk-wrong-and-secret')
  })

  it.each([
    [400, 'registry.ollama.ai/library/gemma:2b does not support tools'],
    [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
    [404, 'No endpoints found that support tool use. To learn more about provider routing, visit our docs.'],
  ])('says what to set where the model knows no tools (%i): %s', async (code, message) => {
    endpoint.script({ status: code, body: JSON.stringify({ error: { message, type: 'api_error' } }) })
    const { failed } = await talk().hear()
    expect(failed).toMatchObject({
      code: 'misconfigured',
      message: `the model or its endpoint takes no tools (HTTP ${code}): set tools to false`,
    })
    expect(failed?.cause).toContain(message)
  })

  it.each(['/v1/chat/completions', '/v1/chat/completions/', '/chat/completions?x=1', '/v1/responses'])(
    'is not taken with the end of a request in its address: %s',
    (path) => {
      expect(() => talk({ baseUrl: `https://api.example${path}` })).toThrow(
        'must be what stands before /chat/completions; cut off its end',
      )
    },
  )

  it('sends no key where none is configured', async () => {
    const open = await openTestEndpoint({ key: null })
    const { actions } = await createTalk({ baseUrl: open.baseUrl, model: 'm' }).hear()
    expect(actions).toMatchObject([{ text: 'Yes.' }])
    await open.close()
  })

  it('gets nothing of what the environment says to other users of its client', async () => {
    process.env.OPENAI_ORG_ID = 'org-of-somebody'
    const { actions } = await talk().hear()
    delete process.env.OPENAI_ORG_ID
    expect({ actions, refused: endpoint.refused }).toMatchObject({ actions: [{ text: 'Yes.' }], refused: [] })
  })

  it('hands over when it asks for more time than an answer may take', async () => {
    endpoint.script(status(429, { 'retry-after': '3600' }))
    const { actions, failed } = await talk().hear()
    expect(failed).toBeUndefined()
    expect(actions).toMatchObject([{ kind: 'handoff', reason: expect.stringContaining('slow down') }])
  })
})

describe('an endpoint that fails in the middle of an answer', () => {
  const half: Step[] = [{ say: 'Your parcel ' }, { say: 'is in' }]

  it.each<[string, Step[]]>([
    ['an error object inside a 200', [...half, { data: '{"error":{"message":"boom","type":"server_error"}}' }]],
    ['a stream without an end', half],
    ['only [DONE]', [...half, 'done']],
    ['a cut connection', [...half, { wait: 60 }, 'reset']],
    ['a broken chunk', [...half, { data: '{"choi' }]],
  ])('starts the answer over under the same key: %s', async (_, broken) => {
    endpoint.script(broken, saying('Your parcel ', 'is in Leipzig.'))
    const customer = talk()
    const asked = customer.add('contact', 'Where is it?')
    const first = await customer.hear(asked)
    expect(first.grown.at(-1)).toBe('Your parcel is in')
    expect(first.actions).toEqual([])
    expect(first.failed?.code).toBe('unreachable')
    const second = await customer.hear(asked)
    expect(second.actions).toEqual([
      { kind: 'stream', key: 'v1:1:answer', text: 'Your parcel is in Leipzig.', done: true },
    ])
  })

  it('keeps what was said when it breaks off again, marked as cut off, and hands over', async () => {
    endpoint.script(half)
    const customer = talk()
    const asked = customer.add('contact', 'Where is it?')
    expect((await customer.hear(asked)).failed?.code).toBe('unreachable')
    const { actions, failed } = await customer.hear(asked)
    expect(failed).toBeUndefined()
    expect(actions).toMatchObject([
      { kind: 'stream', text: 'Your parcel is in\n\n*(The answer breaks off here.)*', done: true },
      {
        kind: 'handoff',
        to: { kind: 'next' },
        summary: '› Where is it?\n‹ Your parcel is in\n  (The answer breaks off here.)',
      },
    ])
  })

  it('keeps what was said when it stalls, marked as cut off, and hands over', async () => {
    endpoint.script([...half, 'stall'])
    const { actions, failed } = await talk().hear()
    expect(failed).toBeUndefined()
    expect(actions).toMatchObject([
      { kind: 'stream', text: 'Your parcel is in\n\n*(The answer breaks off here.)*', done: true },
      { kind: 'handoff', reason: expect.stringContaining('sent nothing for') },
    ])
  })

  it('keeps what was said when the time for an answer is over, marked as cut off, and hands over', async () => {
    const steps = Array.from({ length: 40 }, (): Step[] => [{ say: 'word ' }, { wait: 50 }]).flat()
    endpoint.script([...steps, { finish: 'stop' }, 'done'])
    const { actions, failed } = await talk({ answerWithin: 1_000 }).hear()
    expect(failed).toBeUndefined()
    expect(actions).toMatchObject([
      {
        kind: 'stream',
        text: expect.stringMatching(/^(word )+word\n\n\*\(The answer breaks off here\.\)\*$/),
        done: true,
      },
      { kind: 'handoff', reason: expect.stringContaining('answerWithin') },
    ])
    await expect.poll(() => endpoint.left(), { timeout: 5_000 }).toBe(1)
  })

  it('says in Chinese that a Chinese answer was cut off', async () => {
    endpoint.script([{ say: '您的包裹' }, { finish: 'length' }, 'done'])
    expect((await talk().hear()).actions).toMatchObject([{ text: '您的包裹\n\n*（回答在此中断。）*', done: true }])
  })

  it('keeps a text that reached its greatest length, marked as cut off', async () => {
    endpoint.script([{ say: 'Once upon' }, { finish: 'length' }, 'done'])
    expect((await talk().hear()).actions).toEqual([
      { kind: 'stream', key: 'v1:1:answer', text: 'Once upon\n\n*(The answer breaks off here.)*', done: true },
    ])
  })

  it('is ended when it is longer than two messages, kept and marked', async () => {
    endpoint.script([...Array.from({ length: 20 }, () => ({ say: 'word '.repeat(200) })), 'stall'])
    const { actions } = await talk({ idleMs: 10_000 }).hear()
    const texts = actions.map((action) => ('text' in action ? action.text : action.kind))
    expect(texts.join(' ')).toBe(`${'word '.repeat(3_180).trim()}\n\n*(The answer breaks off here.)*`)
    await expect.poll(() => endpoint.left(), { timeout: 5_000 }).toBe(1)
  })

  it.each(['max_tokens', 'model_length', 'MAX_TOKENS'])(
    'is marked as cut off where the reason is %s',
    async (finish) => {
      endpoint.script([{ say: 'Once upon' }, { finish }, 'done'])
      expect((await talk().hear()).actions).toMatchObject([
        { text: 'Once upon\n\n*(The answer breaks off here.)*', done: true },
      ])
    },
  )

  it.each(['content_filter', 'sensitive', 'SAFETY'])(
    'takes back what a filter stopped (%s), and hands over',
    async (finish) => {
      endpoint.script([{ say: 'Take the knife and' }, { finish }, 'done'])
      const { actions } = await talk().hear()
      expect(actions).toMatchObject([
        {
          kind: 'stream',
          key: 'v1:1:answer',
          text: 'I cannot answer that. I am passing you on.',
          done: true,
        },
        { kind: 'handoff', reason: expect.stringContaining('content filter') },
      ])
    },
  )

  it('is not asked again when words were answered already and only the receipt was lost', async () => {
    endpoint.script(saying('One answer.'), saying('Another answer.'))
    const customer = talk()
    const asked = customer.add('contact', 'Well?')
    const first = await customer.hear(asked)
    const again = await customer.hear(asked)
    expect(again).toEqual({ actions: first.actions, grown: [] })
    expect(endpoint.asked).toHaveLength(1)
  })
})

describe('an answer is whole', () => {
  it.each(['stop', 'eos_token', 'end_turn', 'stop_sequence', 'STOP', 'eos', 'COMPLETE', 'tool_use'])(
    'where the model stops for %s',
    async (finish) => {
      endpoint.script([{ say: 'It is green.' }, { finish }, 'done'])
      const { actions, failed } = await talk().hear()
      expect({ actions, failed }).toEqual({
        actions: [{ kind: 'stream', key: 'v1:1:answer', text: 'It is green.', done: true }],
        failed: undefined,
      })
    },
  )

  it('where the endpoint sends it at once, as JSON', async () => {
    const message = { role: 'assistant', content: '<think>Hm.</think>It is green.', tool_calls: null }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    endpoint.script({ status: 200, body: JSON.stringify({ id: 'c1', object: 'chat.completion', choices }) })
    expect((await talk().hear()).actions).toMatchObject([{ kind: 'stream', text: 'It is green.', done: true }])
  })

  it('with its hand-over, where the endpoint sends it at once, as JSON', async () => {
    const call = { id: 'c', type: 'function', function: { name: 'handoff', arguments: '{"reason":"refund"}' } }
    const choices = [{ message: { content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }]
    endpoint.script({ status: 200, body: JSON.stringify({ choices }), type: 'application/json; charset=utf-8' })
    expect((await talk().hear()).actions).toMatchObject([{ kind: 'handoff', reason: 'refund' }])
  })
})

describe('an endpoint that takes its time', () => {
  it('is read in a moment, however small the pieces are in which it sends', async () => {
    const flood = createServer((asked, answer) => {
      asked.resume()
      answer.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"x":"')
      const more = () => {
        for (let at = 0; at < 64 && !answer.destroyed; at += 1) answer.write('a'.repeat(64))
        if (!answer.destroyed) setImmediate(more)
      }
      more()
    })
    flood.listen(0, '127.0.0.1')
    await once(flood, 'listening')
    const baseUrl = `http://127.0.0.1:${(flood.address() as AddressInfo).port}/v1`
    const begun = performance.now()
    const { failed } = await talk({ baseUrl }).hear()
    expect(failed).toMatchObject(endless)
    expect(performance.now() - begun).toBeLessThan(3_000)
    flood.closeAllConnections()
    flood.close()
  })

  it('is not stalled as long as it sends signs of life', async () => {
    const signs = Array.from({ length: 7 }, (): Step[] => ['keep-alive', { wait: 150 }]).flat()
    endpoint.script([...signs, ...saying('There you are.')])
    expect((await talk({ idleMs: 800 }).hear()).actions).toMatchObject([{ text: 'There you are.', done: true }])
  })

  it('is left at once when nobody wants the answer any more', async () => {
    endpoint.script([{ say: 'A long ' }, { say: 'story' }, 'stall'])
    const stop = new AbortController()
    const hearing = talk({ idleMs: 10_000 }).hear(undefined, stop.signal)
    await pause(1_000)
    stop.abort()
    const { actions, grown, failed } = await hearing
    expect({ actions, last: grown.at(-1), failed }).toEqual({ actions: [], last: 'A long story', failed: undefined })
    await expect.poll(() => endpoint.left(), { timeout: 5_000 }).toBe(1)
  })
})
