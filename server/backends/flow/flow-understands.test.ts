import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContactBody, Entry } from '@hutong/core/entry'
import { afterEach, describe, expect, it } from 'vitest'
import type { FlowOptions } from './flow-options.ts'
import { brief, openTalk, plainChannel, type Talk, type TalkOptions } from './test-flow-talk.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/backend-flow.md'), 'utf8')
const shop: FlowOptions = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '').backends.flow

let talk: Talk | undefined
afterEach(async () => {
  await talk?.close()
  talk = undefined
})

/** What the flow did in answer to the last of what a visitor said. */
async function answerTo(
  flow: FlowOptions,
  said: readonly (string | ContactBody)[],
  more: TalkOptions = {},
): Promise<string[]> {
  await talk?.close()
  talk = await openTalk(flow, more)
  let last: Entry[] = []
  for (const one of said) last = await talk.say(one)
  return last.map(brief)
}

const CHANNELS: readonly [string, () => TalkOptions][] = [
  ['on the widget', () => ({})],
  ['on a channel of texts', () => ({ adapters: [plainChannel([])] })],
]

describe.each(CHANNELS)('a score that is asked for is understood in words, %s', (_, channel) => {
  it.each<['csat' | 'nps' | 'solved' | 'ces', string, number]>([
    ['csat', '4', 4],
    ['csat', '四', 4],
    ['csat', '很满意', 5],
    ['csat', 'very satisfied', 5],
    ['solved', 'yes', 1],
    ['solved', 'yes thanks', 1],
    ['solved', 'no', 0],
    ['solved', '解决了', 1],
    ['nps', '9分', 9],
  ])('%s: "%s"', async (scale, text, score) => {
    const flow: FlowOptions = {
      welcome: { next: 'ask' },
      steps: { ask: { kind: 'ask', scale, as: 'score', next: 'bye' }, bye: { kind: 'say', text: 'It was {{score}}.' } },
    }
    expect(await answerTo(flow, ['hi there', text], channel())).toEqual([`It was ${score}.`])
  })

  it('also by the flow of the documentation', async () => {
    expect(await answerTo(shop, ['12345678', 'yes thanks'], channel())).toEqual([
      'Goodbye!',
      'closed',
      'handoff to none',
    ])
  })
})

describe('a rule', () => {
  const flow: FlowOptions = {
    rules: [
      { any: ['contract'], next: 'contract' },
      { any: ['refund', '退款', '退货'], next: 'refund' },
      { any: ['address'], next: 'address' },
    ],
    steps: {
      contract: { kind: 'say', text: 'Contract' },
      refund: { kind: 'say', text: 'Refund' },
      address: { kind: 'say', text: 'Address' },
    },
  }

  it.each(['refunds?', 'I was not refunded', 'refnd please', '我要 退 款', '我要申請退貨', 'ＲＥＦＵＮＤ'])(
    'hears its word in "%s"',
    async (text) => {
      expect(await answerTo(flow, [text])).toEqual(['Refund'])
    },
  )

  it('hears no other word in one that only looks like it', async () => {
    expect(await answerTo(flow, ['contact me'])).toEqual(['handoff to queue'])
  })

  it('that has the word as it is spelt comes before one for which it would be mistyped', async () => {
    const near: FlowOptions = {
      rules: [
        { any: ['deliverys'], next: 'contract' },
        { any: ['delivers'], next: 'refund' },
      ],
      steps: { contract: { kind: 'say', text: 'Mistyped' }, refund: { kind: 'say', text: 'Spelt' } },
    }
    expect(await answerTo(near, ['who delivers?'])).toEqual(['Spelt'])
  })
})

describe('an option of a menu', () => {
  it.each(['2', 'the second', 'the second one please', 'option 2', '第二个', '第二個', '选第二个', 'retrun something'])(
    'is chosen by "%s"',
    async (text) => {
      const flow: FlowOptions = {
        welcome: { next: 'menu' },
        steps: {
          menu: {
            kind: 'menu',
            text: 'What is it?',
            options: [
              { id: 'a', label: 'My order', next: 'order' },
              { id: 'b', label: 'Goods to send back', words: ['return'], next: 'back' },
              { id: 'c', label: 'Others', next: 'order' },
            ],
          },
          order: { kind: 'say', text: 'Order' },
          back: { kind: 'say', text: 'Back' },
        },
      }
      expect(await answerTo(flow, ['hello', text])).toEqual(['Back'])
    },
  )

  it('of a field of a form is chosen by its place too', async () => {
    const flow: FlowOptions = {
      welcome: { next: 'form' },
      steps: {
        form: {
          kind: 'form',
          fields: [
            {
              name: 'size',
              label: 'Size',
              type: 'select',
              options: [
                { id: 's', label: 'Small' },
                { id: 'l', label: 'Large' },
              ],
            },
          ],
          next: 'bye',
        },
        bye: { kind: 'say', text: 'It is {{size}}.' },
      },
    }
    expect(await answerTo(flow, ['hello', 'the second one'])).toEqual(['It is l.'])
    expect(await answerTo(flow, ['hello', '最后一个'])).toEqual(['It is l.'])
  })
})

describe('a step that waits for words', () => {
  const flow: FlowOptions = {
    welcome: { next: 'describe' },
    rules: [{ any: ['menu', '菜单'], next: 'menu' }],
    steps: {
      describe: { kind: 'wait', text: 'Please describe it.', as: 'problem', next: 'done' },
      done: { kind: 'say', text: 'You said: {{problem}}' },
      menu: { kind: 'say', text: 'The menu' },
    },
  }
  const picture: ContactBody = { kind: 'message', parts: [{ kind: 'image', url: 'https://pictures.example/pot.jpg' }] }

  it('asks for them when a picture comes, and takes what is written next', async () => {
    expect(await answerTo(flow, ['hello', picture])).toEqual(['Please put it in words.'])
    expect(await answerTo(flow, ['hello', picture, 'The pot is broken'])).toEqual(['You said: The pot is broken'])
  })

  it('takes the description of a picture', async () => {
    const described: ContactBody = {
      kind: 'message',
      parts: [{ kind: 'image', url: 'https://pictures.example/pot.jpg', alt: 'a pot' }],
    }
    expect(await answerTo(flow, ['hello', described])).toEqual(['You said: a pot'])
  })

  it.each(['menu', 'Menu!', '菜单', '菜單'])(
    'follows a rule when its word is all that is written: "%s"',
    async (text) => {
      expect(await answerTo(flow, ['hello', text])).toEqual(['The menu'])
    },
  )

  it('takes a sentence that holds such a word', async () => {
    expect(await answerTo(flow, ['hello', 'The menu card is torn'])).toEqual(['You said: The menu card is torn'])
  })

  it('takes such a word for the answer where the rule leads to the same step', async () => {
    const same: FlowOptions = { ...flow, rules: [...(flow.rules ?? []), { any: ['complaint'], next: 'describe' }] }
    expect(await answerTo(same, ['hello', 'complaint'])).toEqual(['You said: complaint'])
  })
})

describe('a form that would take anything', () => {
  const flow: FlowOptions = {
    welcome: { next: 'form' },
    rules: [
      { any: ['menu'], next: 'menu' },
      { any: ['refund'], next: 'form' },
      { any: ['delivery'], next: 'done' },
      { any: ['home'], next: 'home' },
    ],
    steps: {
      form: {
        kind: 'form',
        fields: [{ name: 'problem', label: 'Problem', type: 'text' }],
        cancel: 'home',
        next: 'done',
      },
      done: { kind: 'say', text: 'It was: {{problem}}' },
      menu: { kind: 'menu', text: 'Our menu', options: [{ id: 'a', label: 'A', next: 'done' }] },
      home: { kind: 'say', text: 'Home' },
    },
  }

  it('is left by the word of a rule that leads to a menu, or where cancelling leads', async () => {
    expect(await answerTo(flow, ['hello', 'menu'])).toEqual(['Our menu [A]'])
    expect(await answerTo(flow, ['hello', 'home'])).toEqual(['Home'])
  })

  it.each(['refund', 'delivery', 'the menu is torn'])('takes any other answer: "%s"', async (text) => {
    expect(await answerTo(flow, ['hello there', text])).toEqual([`It was: ${text}`])
  })
})
