import type { Entry } from '@hutong/core/entry'
import { type SignalOf, streamedText } from '@hutong/core/signal'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay } from '../../test-relay.ts'
import { createOpenaiBackend } from './openai.ts'
import type { OpenaiOptions } from './openai-options.ts'
import { openTestEndpoint, type Step, saying, type TestEndpoint } from './test-endpoint.ts'

const AGENT = { kind: 'agent' as const, id: 'mei', name: 'Mei' }

let endpoint: TestEndpoint
let house: TestRelay

beforeEach(async () => {
  endpoint = await openTestEndpoint()
})
afterEach(async () => {
  await house.close()
  await endpoint.close()
})

async function open(more: Partial<OpenaiOptions> = {}): Promise<void> {
  const options = {
    baseUrl: endpoint.baseUrl,
    apiKey: 'sk-test-key',
    model: 'm',
    reasoning: 'separate' as const,
    ...more,
  }
  const backends = [createOpenaiBackend('ai', options), createOpenaiBackend('second', options)]
  house = await openTestRelay({ backends, routing: ['ai', 'desk'] })
}

/** What a visitor sees of a conversation, in the order in which it comes: texts that grow and entries. */
function watch(conversation: string) {
  const seen: string[] = []
  let growing: string | undefined
  const unfollow = house.relay.follow(conversation, {
    entries: (entries) => seen.push(...entries.map(lineOf)),
    signal(one) {
      if (one.kind !== 'stream') return
      growing = streamedText(growing, one as SignalOf<'stream'>) ?? growing
      seen.push(`~ ${growing}`)
    },
  })
  return { seen, unfollow }
}

function lineOf({ from, body }: Entry): string {
  if (body.kind === 'message')
    return `${from.kind}: ${body.parts.map((part) => ('text' in part ? part.text : part.kind)).join()}`
  return body.kind === 'handoff' ? `floor: ${body.floor.holder.kind}` : body.kind
}

const said = (entries: readonly Entry[]) => entries.map(lineOf)
const has = (line: string) => (entries: readonly Entry[]) => said(entries).includes(line)

describe('an answer', () => {
  it('grows word by word before the eyes of the visitor and is one entry in the end', async () => {
    await open()
    const words = ['Your ', 'parcel ', 'is ', 'in ', 'Leipzig. ', '已在', '路上 ', '🚚']
    endpoint.script([
      { wait: 100 },
      ...words.flatMap((say): Step[] => [{ say }, { wait: 50 }]),
      { finish: 'stop' },
      'usage',
      'done',
    ])
    const { conversation } = await house.write('Where is my parcel?')
    const { seen } = watch(conversation)
    const whole = 'Your parcel is in Leipzig. 已在路上 🚚'
    const entries = await house.until(conversation, has(`bot: ${whole}`))
    expect(said(entries)).toEqual(['contact: Where is my parcel?', `bot: ${whole}`])
    expect(entries[1]).toMatchObject({ key: `${conversation}:1:answer`, body: { parts: [{ format: 'markdown' }] } })
    const grown = seen.filter((line) => line.startsWith('~ ')).map((line) => line.slice(2))
    expect(grown.length).toBeGreaterThan(4)
    for (const [index, one] of grown.entries()) expect(one.startsWith(grown[index - 1] ?? '')).toBe(true)
    expect(seen.at(-1)).toBe(`bot: ${whole}`)
  })

  it('is asked for with what the settings say, and nothing else', async () => {
    await open({ temperature: 0.2, maxTokens: 300, system: 'Sell shoes.' })
    const { conversation } = await house.write('Hi')
    await house.until(conversation, has('bot: Yes.'))
    const [{ tools, ...asked } = { tools: undefined }] = endpoint.asked
    expect(asked).toEqual({
      model: 'm',
      stream: true,
      temperature: 0.2,
      max_tokens: 300,
      messages: [
        { role: 'system', content: 'Sell shoes.' },
        { role: 'user', content: 'Hi' },
      ],
    })
    expect(tools).toMatchObject([{ function: { name: 'handoff', parameters: { required: ['reason'] } } }])
    expect(endpoint.refused).toEqual([])
  })

  it('remembers what was said before', async () => {
    await open()
    endpoint.script(saying('We open at nine.'), saying('Yes, on Sundays too.'))
    const { conversation } = await house.write('When do you open?')
    await house.until(conversation, has('bot: We open at nine.'))
    await house.write('Every day?')
    await house.until(conversation, has('bot: Yes, on Sundays too.'))
    expect(endpoint.asked[1]?.messages.slice(1).map(({ role, content }) => `${role}: ${content}`)).toEqual([
      'user: When do you open?',
      'assistant: We open at nine.',
      'user: Every day?',
    ])
  })

  it('longer than a message holds comes as two, whole', async () => {
    await open()
    const lines = Array.from({ length: 300 }, (_, index) => `Line ${index} of a very long answer.\n`)
    endpoint.script(saying(...lines))
    const { conversation } = await house.write('Tell me everything')
    const entries = await house.until(conversation, (all) => all.length === 3)
    const texts = entries.slice(1).map((entry) => lineOf(entry).replace('bot: ', ''))
    expect(texts.join('\n')).toBe(lines.join('').trim())
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(8_000)
  })

  it.each<[string, Step[], string]>([
    ['the thoughts of DeepSeek', [{ think: 'He wants…' }, { say: 'Hello.' }], 'Hello.'],
    [
      'thoughts in the text, as Ollama leaves them',
      [{ say: '<thi' }, { say: 'nk>He' }, { say: '</think>\n\nHi.' }],
      'Hi.',
    ],
    ['a second choice', [{ data: '{"choices":[{"index":1,"delta":{"content":"No"}}]}' }, { say: 'Yes' }], 'Yes'],
    ['control characters', [{ say: 'A\u0000\u001b[31mB\r\n' }], 'A[31mB'],
  ])('shows nothing of %s', async (_, steps, text) => {
    await open()
    endpoint.script([{ wait: 60 }, ...steps, { finish: 'stop' }, 'done'])
    const { conversation } = await house.write('Hi')
    const { seen } = watch(conversation)
    await house.until(conversation, has(`bot: ${text}`))
    expect(seen.filter((line) => line !== `~ ${text}` && line !== `bot: ${text}`)).toEqual([])
  })

  it('shows a refusal of the model as its words', async () => {
    await open()
    endpoint.script([{ refuse: 'I cannot ' }, { refuse: 'help with that.' }, { finish: 'stop' }, 'done'])
    const { conversation } = await house.write('Make a bomb')
    await house.until(conversation, has('bot: I cannot help with that.'))
  })

  it('without a word gives the floor on, as nobody may be left with silence', async () => {
    await open()
    endpoint.script([{ say: ' \n' }, { finish: 'stop' }, 'done'])
    const { conversation } = await house.write('Hi')
    const entries = await house.until(conversation, has('floor: queue'))
    expect(entries.at(-1)?.body).toMatchObject({ reason: 'the model had nothing to say', summary: '› Hi' })
  })
})

describe('the hand-off tool', () => {
  const json = JSON.stringify({ reason: 'wants a refund', summary: '客户要求退款, order A-17 "blue"' })

  it.each(['openai', 'vllm', 'dashscope', 'ollama'] as const)(
    'gives the floor on with a reason and a summary, after what was said, in the shape of %s',
    async (shape) => {
      await open()
      endpoint.script([{ say: 'One moment.' }, { call: 'handoff', json, shape }, { finish: 'tool_calls' }, 'done'])
      const { conversation } = await house.write('I want my money back')
      const entries = await house.until(conversation, has('floor: queue'))
      expect(said(entries)).toEqual(['contact: I want my money back', 'bot: One moment.', 'floor: queue'])
      expect(entries.at(-1)?.body).toMatchObject({
        reason: 'wants a refund',
        summary: '客户要求退款, order A-17 "blue"\n› I want my money back\n‹ One moment.',
      })
    },
  )

  it.each(['{"reason":"wants a ref', '["no"]', 'null', '{"reason":7}'])(
    'stands when its input is broken, with what the log says: %s',
    async (broken) => {
      await open()
      endpoint.script([{ call: 'handoff', json: broken }, { finish: 'tool_calls' }, 'done'])
      const { conversation } = await house.write('A person!')
      const entries = await house.until(conversation, has('floor: queue'))
      expect(entries.at(-1)?.body).toMatchObject({ reason: 'the model asked for a person', summary: '› A person!' })
    },
  )

  it('is not offered where the endpoint has no tools, nor a summary where the log shall do', async () => {
    await open({ tools: false })
    const { conversation } = await house.write('Hi')
    await house.until(conversation, has('bot: Yes.'))
    expect(endpoint.asked[0]).not.toHaveProperty('tools')
    await house.close()
    await open({ summary: 'log' })
    const second = await house.write('Hi')
    await house.until(second.conversation, has('bot: Yes.'))
    expect(Object.keys(endpoint.asked[1]?.tools?.[0]?.function.parameters.properties ?? {})).toEqual(['reason'])
  })

  it('takes up the question that another backend passed on', async () => {
    await open()
    endpoint.script(
      [{ call: 'handoff', json: '{"reason":"too hard"}' }, { finish: 'tool_calls' }, 'done'],
      saying('Easy.'),
    )
    await house.close()
    const options = { baseUrl: endpoint.baseUrl, apiKey: 'sk-test-key', model: 'm' }
    const backends = [createOpenaiBackend('ai', options), createOpenaiBackend('second', options)]
    house = await openTestRelay({ backends, routing: ['ai', 'second', 'desk'] })
    const { conversation } = await house.write('What is six times seven?')
    const entries = await house.until(conversation, has('bot: Easy.'))
    expect(entries.at(-1)?.from.id).toBe('second')
    expect(endpoint.asked[1]?.messages.at(-1)).toEqual({ role: 'user', content: 'What is six times seven?' })
  })
})

describe('an answer that nobody wants any more', () => {
  const endless: Step[] = [{ say: 'Once upon ' }, { say: 'a time' }, 'stall']

  it('is left at the endpoint when the visitor presses stop, and stays as far as it was shown', async () => {
    await open()
    endpoint.script(endless)
    const { conversation } = await house.write('A story, please')
    const { seen } = watch(conversation)
    await expect.poll(() => seen.at(-1), { timeout: 5_000 }).toBe('~ Once upon a time')
    await house.write({ kind: 'stop' })
    await expect.poll(() => endpoint.left(), { timeout: 5_000 }).toBe(1)
    const entries = await house.until(conversation, has('stop'))
    expect(said(entries)).toContain('bot: Once upon a time')
    expect(endpoint.asked).toHaveLength(1)
  })

  it('is left at the endpoint when a person takes the floor, and never shown after that', async () => {
    await open()
    endpoint.script(endless)
    const { conversation } = await house.write('A story, please')
    const { seen } = watch(conversation)
    await expect.poll(() => seen.at(-1), { timeout: 5_000 }).toBe('~ Once upon a time')
    await house.relay.act(AGENT, conversation, {
      key: 'mine',
      actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'I am here.' }] }],
    })
    await expect.poll(() => endpoint.left(), { timeout: 5_000 }).toBe(1)
    expect(said(await house.log(conversation))).toEqual([
      'contact: A story, please',
      'floor: agent',
      'agent: I am here.',
    ])
    expect(seen.slice(seen.indexOf('floor: agent')).filter((line) => line.startsWith('~'))).toEqual([])
  })
})

describe('an endpoint in trouble', () => {
  it('that breaks off once is asked again, and the visitor has the answer once', async () => {
    await open()
    endpoint.script([{ say: 'It is ' }, { say: 'gre' }], saying('It is ', 'green.'))
    const { conversation } = await house.write('Which colour?')
    const entries = await house.until(conversation, has('bot: It is green.'))
    expect(said(entries)).toEqual(['contact: Which colour?', 'bot: It is green.'])
  })

  it('that refuses the key leaves the visitor to people at once', async () => {
    await open({ apiKey: 'sk-old' })
    const { conversation } = await house.write('Hi')
    const entries = await house.until(conversation, has('floor: queue'))
    expect(entries.at(-1)?.body).toMatchObject({ reason: expect.stringContaining('ai could not answer') })
    expect(endpoint.refused).toHaveLength(1)
    expect(JSON.stringify(entries)).not.toContain('sk-old')
  })
})
