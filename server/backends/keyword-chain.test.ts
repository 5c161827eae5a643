import type { Backend } from '@hutong/core/backend'
import type { ContactBody } from '@hutong/core/entry'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody } from '../test-relay.ts'
import { createFlowBackend } from './flow/flow.ts'
import { brief } from './flow/test-flow-talk.ts'
import { createKeywordBackend } from './keyword.ts'

const keyword = createKeywordBackend('keyword', {
  answers: [{ any: ['opening hours', '营业时间'], parts: [{ kind: 'text', text: 'Every day, 9 to 18.' }] }],
})
const flow = createFlowBackend('flow', {
  rules: [
    { any: ['menu', '菜单'], next: 'main' },
    { any: ['return'], next: 'form' },
  ],
  steps: {
    main: {
      kind: 'menu',
      text: { en: 'What is it about?', zh: '请问是什么问题？' },
      options: [{ id: 'other', label: { en: 'Something else', zh: '其他' }, next: 'on' }],
    },
    on: { kind: 'handoff' },
    form: { kind: 'form', fields: [{ name: 'order', label: { en: 'Order', zh: '订单号' } }], next: 'on' },
  },
})

let relay: TestRelay | undefined
let conversation = ''
afterEach(async () => {
  await relay?.close()
  relay = undefined
})

/** A visitor who writes to a bot that has `keyword` behind it, one thing after the other, and what the log says of it in the end. */
async function chain(...said: (string | ContactBody)[]): Promise<string[]> {
  return chainBehind(flow, ...said)
}

async function chainBehind(first: Backend, ...said: (string | ContactBody)[]): Promise<string[]> {
  const house = await openTestRelay({ backends: [first, keyword], routing: [first.name, 'keyword', 'desk'] })
  relay = house
  for (const one of said) {
    const accepted = await house.write(typeof one === 'string' ? textBody(one) : one)
    conversation = accepted.conversation
    await house.until(conversation, (log) => log.some(({ seq, from }) => seq > accepted.seq && from.kind === 'bot'))
  }
  const done = await house.until(conversation, (log) => {
    const at = log.findLastIndex(({ body }) => body.kind === 'handoff')
    return at === -1 || holderAt(log, at) === 'queue' || log.slice(at + 1).length > 0
  })
  return done.filter(({ from }) => from.kind === 'bot').map((one) => `${one.from.id}: ${brief(one)}`)
}

function holderAt(log: Awaited<ReturnType<TestRelay['log']>>, at: number): string | undefined {
  const body = log[at]?.body
  return body?.kind === 'handoff' ? body.floor.holder.kind : undefined
}

const PASSED = 'flow: handoff to bot'
const pressed: ContactBody = {
  kind: 'message',
  parts: [{ kind: 'text', text: '其他', format: 'plain' }],
  choice: { of: 2, id: 'main:other' },
}

describe('the keyword backend behind another bot', () => {
  it('answers the question that the other one passed on', async () => {
    expect(await chain('What are your opening hours?')).toEqual([PASSED, 'keyword: Every day, 9 to 18.'])
  })

  it('offers a person when it does not know that question either', async () => {
    expect(await chain('Do you sell bicycles?')).toEqual([
      PASSED,
      'keyword: I have no answer to that. You can put it in other words, or talk to a person. [Talk to a person]',
    ])
  })

  it('answers the question of a bot that broke', async () => {
    const broken: Backend = {
      name: 'broken',
      answerWithin: 50,
      retries: [],
      handle: () => Promise.reject(new Error('broken')),
    }
    expect(await chainBehind(broken, '营业时间？')).toEqual(['keyword: Every day, 9 to 18.'])
  })

  it('asks what it can do for who chose it, in the language of the choice', async () => {
    expect(await chain('menu', '1')).toContain('keyword: What would you like to know?')
    await relay?.close()
    expect(await chain('菜单', pressed)).toContain('keyword: 请问您想了解什么？')
  })

  it('passes on what a form collected, for a person to read', async () => {
    expect(await chain('return', '123456')).toEqual(['flow: form order', PASSED, 'keyword: handoff to queue'])
  })

  it('waits for the contact when people give the floor to it', async () => {
    const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
    await chain('What are your opening hours?')
    const house = relay
    const act = (key: string, to: 'queue' | 'bot') =>
      house?.relay.act(anna, conversation, {
        key,
        actions: [{ kind: 'handoff', to: to === 'bot' ? { kind: 'bot', id: 'keyword' } : { kind: 'queue' } }],
      })
    await act('takes', 'queue')
    await act('gives', 'bot')
    await house?.write('Do you sell bicycles?')
    const log = await house?.until(conversation, (all) => all.at(-1)?.from.id === 'keyword')
    const since = log?.slice(log.findLastIndex(({ body }) => body.kind === 'handoff') + 1)
    expect(since?.map(({ from }) => from.kind)).toEqual(['contact', 'bot'])
  })
})
