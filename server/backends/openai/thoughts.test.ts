import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestEndpoint, type Step, saying, type TestEndpoint } from './test-endpoint.ts'
import { createTalk } from './test-openai-talk.ts'

let endpoint: TestEndpoint

beforeEach(async () => {
  endpoint = await openTestEndpoint()
})
afterEach(() => endpoint.close())

function talk(more: object = {}, state?: Map<string, unknown>) {
  return createTalk({ baseUrl: endpoint.baseUrl, apiKey: 'sk-test-key', model: 'm', ...more }, state)
}

/** Slowly enough that every word would be shown by itself. */
function slowly(...words: string[]): Step[] {
  return [...words.flatMap((say): Step[] => [{ say }, { wait: 60 }]), { finish: 'stop' }, 'done']
}

const listed = (content: unknown): Step => ({ data: JSON.stringify({ choices: [{ index: 0, delta: { content } }] }) })

const SECRET = 'SECRET'

describe('nothing of what the model thinks is shown, neither while the answer grows nor in the end', () => {
  it.each<[string, Step[]]>([
    [
      'before a closing tag that nothing opened',
      slowly('SECRET, the user ', 'asks. ', '</th', 'ink>\n\n', 'It is ', 'green.'),
    ],
    ['in a block', slowly('<think>', 'SECRET', '</think>', 'It is ', 'green.')],
    ['in several blocks', slowly('<think>SECRET</think>\n<thi', 'nk>SECRET</think>', 'It is ', 'green.')],
    ['in a block in the middle', slowly('It is ', '<think>', 'SECRET', '</think>', 'green.')],
    ['in <thinking>', slowly('<thinking>SECRET', '</thinking>', 'It is ', 'green.')],
    ['as Magistral writes it', slowly('[THINK]SECRET', '[/THINK]', 'It is ', 'green.')],
    ['as Kimi writes it', slowly('◁think▷SECRET', '◁/thi', 'nk▷', 'It is ', 'green.')],
    ['as Seed-OSS writes it', slowly('<seed:think>SECRET', '</seed:think>', 'It is ', 'green.')],
    [
      'after an opening tag in the template, in two blocks',
      slowly('SECRET</think>', '<think>SECRET</think>', 'It is green.'),
    ],
    [
      'as a part of its own, as Mistral sends it',
      [
        listed([{ type: 'thinking', thinking: [{ type: 'text', text: SECRET }] }]),
        listed([{ type: 'text', text: 'It is ' }]),
        listed('green.'),
        ...slowly(),
      ],
    ],
    ['in a field of its own', [{ think: SECRET }, ...slowly('It is ', 'green.')]],
  ])('%s', async (_, script) => {
    endpoint.script(script)
    const { actions, grown } = await talk().hear()
    expect(actions).toMatchObject([{ kind: 'stream', text: 'It is green.', done: true }])
    for (const one of grown) expect('It is green.').toContain(one)
  })

  it('when it never ends', async () => {
    endpoint.script([{ say: '<think>SECRET' }, { finish: 'stop' }, 'done'])
    expect(await talk().hear()).toMatchObject({ grown: [], actions: [{ kind: 'handoff' }] })
    endpoint.script([{ say: 'SECRET ' }, { wait: 60 }, { say: 'SECRET' }, { finish: 'length' }, 'done'])
    const { actions, grown } = await talk().hear()
    expect(grown).toEqual([])
    expect(actions).toMatchObject([{ kind: 'handoff', reason: expect.stringContaining('maxTokens') }])
  })

  it('of thoughts that are longer than any answer may be', async () => {
    const thoughts = Array.from({ length: 40 }, () => `${SECRET} `.repeat(100))
    endpoint.script(
      saying('<think>', ...thoughts, '</think>', 'It is green.'),
      saying(...thoughts, '</think>', 'It is red.'),
    )
    const customer = talk({ reasoning: 'inline' })
    expect((await customer.hear()).actions).toMatchObject([{ text: 'It is green.' }])
    expect((await customer.hear(customer.add('contact', 'Sure?'))).actions).toMatchObject([{ text: 'It is red.' }])
  })
})

describe('an answer grows before the eyes of the customer', () => {
  const plain = slowly('It ', 'is ', 'green.')
  const unopened = slowly(`${SECRET} `, `${SECRET}</think>`, 'It ', 'is ', 'green.')

  it('from the second one of a model on, as the first one tells how it thinks', async () => {
    endpoint.script(plain)
    const state = new Map<string, unknown>()
    const halves = async (more: object = {}) =>
      (await talk(more, state).hear()).grown.filter((one) => one !== 'It is green.')
    expect(await halves()).toEqual([])
    expect(await halves()).toContain('It')
    expect(await halves({ model: 'another' })).toEqual([])
  })

  it('from the first one where its thoughts are known to come apart', async () => {
    endpoint.script(plain, [{ think: SECRET }, ...plain], slowly(`<think>${SECRET}</think>`, 'It ', 'is ', 'green.'))
    expect((await talk({ reasoning: 'separate' }).hear()).grown.length).toBeGreaterThan(1)
    expect((await talk().hear()).grown.length).toBeGreaterThan(1)
    expect((await talk().hear()).grown.length).toBeGreaterThan(1)
  })

  it('once its thoughts have ended, where the last answer had them in its text', async () => {
    endpoint.script(unopened)
    const customer = talk()
    await customer.hear()
    const { grown, actions } = await customer.hear(customer.add('contact', 'Sure?'))
    expect(grown[0]).toBe('It')
    expect(actions).toMatchObject([{ text: 'It is green.' }])
  })

  it('with a sign that only looks like the beginning of a tag, and with the last one', async () => {
    endpoint.script(slowly('1 <', ' 2 [', 'T] ', '3 <'))
    const { grown, actions } = await talk({ reasoning: 'separate' }).hear()
    expect(actions).toMatchObject([{ text: '1 < 2 [T] 3 <' }])
    expect(grown[0]).toBe('1')
  })
})
