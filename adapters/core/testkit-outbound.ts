import { expect } from 'vitest'
import { PARTS_MAX, type Part } from './parts.ts'
import type { Pledge } from './testkit.ts'
import { AGENT, plain } from './testkit-stage.ts'

/** One part of every kind, with the words by which a person knows it. */
const SAMPLES: readonly (readonly [Part, string])[] = [
  [{ kind: 'text', text: 'plain words', format: 'plain' }, 'plain words'],
  [{ kind: 'text', text: 'marked **words**', format: 'markdown' }, 'words'],
  [
    { kind: 'image', url: 'https://files.example/cat.png', name: 'cat.png', alt: 'A cat', type: 'image/png', bytes: 9 },
    'cat',
  ],
  [{ kind: 'file', url: 'https://files.example/b.pdf', name: 'b.pdf', type: 'application/pdf', bytes: 9 }, 'b.pdf'],
  [{ kind: 'audio', url: 'https://files.example/a.mp3', name: 'a.mp3', type: 'audio/mpeg', bytes: 9 }, 'a.mp3'],
  [{ kind: 'video', url: 'https://files.example/v.mp4', name: 'v.mp4', type: 'video/mp4', bytes: 9 }, 'v.mp4'],
  [{ kind: 'location', latitude: 31.25, longitude: 121.5, name: 'The Bund' }, 'The Bund'],
  [{ kind: 'card', title: 'Tea pot', buttons: [{ kind: 'reply', id: 'ask', label: 'Ask us' }] }, 'Tea pot'],
  [{ kind: 'choices', text: 'Which?', options: [{ id: 's', label: 'Small' }] }, 'Small'],
  [{ kind: 'form', fields: [{ name: 'no', label: 'Order number', type: 'text', required: true }] }, 'Order number'],
  [{ kind: 'rating', scale: 'csat', question: 'How was it?' }, 'How was it?'],
  [{ kind: 'unsupported', native: 'sticker', text: 'A sticker' }, 'A sticker'],
]

/** From the log to the person. */
export const outbound: readonly Pledge[] = [
  {
    title: 'brings a text to the person word for word',
    async prove({ lin, tell, until }) {
      const text = '您好 0012 👋 <b>&amp;</b> “ok”'
      await tell(lin, [plain(text)])
      await until(() => lin.sees(), [text])
    },
  },
  {
    title: 'brings messages in the order they were sent',
    async prove({ lin, tell, until }) {
      const texts = Array.from({ length: 10 }, (_, index) => `answer ${index}`)
      for (const text of texts) await tell(lin, [plain(text)])
      await until(() => lin.sees(), texts)
    },
  },
  {
    title: 'brings a message to the person it is for, and to nobody else',
    async prove({ lin, max, meet, tell, until, quiet }) {
      await meet(max)
      await tell(lin, [plain('for lin')])
      await until(() => lin.sees(), ['for lin'])
      await quiet()
      expect(await max.sees()).toEqual([])
    },
  },
  {
    title: 'brings every kind of part in a form a person can read',
    async prove({ lin, tell, until }) {
      for (const [part] of SAMPLES) await tell(lin, [part])
      const missing = async () => {
        const seen = (await lin.sees()).join('\n')
        return SAMPLES.flatMap(([, words]) => (seen.includes(words) ? [] : [words]))
      }
      await until(missing, [])
    },
  },
  {
    title: 'brings a message of many parts whole',
    async prove({ lin, tell, until }) {
      const texts = Array.from({ length: PARTS_MAX }, (_, index) => `part-${index}.`)
      await tell(lin, texts.map(plain))
      const missing = async () => {
        const seen = (await lin.sees()).join('\n')
        return texts.filter((text) => !seen.includes(text))
      }
      await until(missing, [])
    },
  },
  {
    title: 'brings a text longer than one message of the platform without losing a word',
    async prove({ lin, tell, until }) {
      const words = Array.from({ length: 700 }, (_, index) => `w${index}.`)
      await tell(lin, [plain(words.join(' '))])
      const missing = async () => {
        const seen = new Set((await lin.sees()).join(' ').split(/\s+/))
        return words.filter((word) => !seen.has(word))
      }
      await until(missing, [])
    },
  },
  {
    title: 'takes a text of exactly the length it states',
    concerns: ({ readsLog, text }) => !readsLog && text.max !== null && text.max <= 8_000,
    async prove({ capabilities, lin, tell, until }) {
      const text = 'x'.repeat(capabilities.text.max ?? 0)
      await tell(lin, [plain(text)])
      await until(() => lin.sees(), [text])
    },
  },
  {
    title: 'brings messages to many people at once, each to the right one and once',
    async prove({ lin, max, meet, tell, until, quiet }) {
      await Promise.all([meet(lin), meet(max)])
      const numbers = Array.from({ length: 10 }, (_, index) => index)
      await Promise.all(numbers.flatMap((n) => [tell(lin, [plain(`lin ${n}`)]), tell(max, [plain(`max ${n}`)])]))
      const expected = (name: string) => numbers.map((n) => `${name} ${n}`)
      await until(async () => [...(await lin.sees())].sort(), expected('lin'))
      await until(async () => [...(await max.sees())].sort(), expected('max'))
      await quiet()
      expect(await lin.sees()).toHaveLength(10)
    },
  },
  {
    title: 'says that a message is sent only when the platform has it',
    concerns: ({ readsLog }) => !readsLog,
    async prove({ lin, tell }) {
      expect(await tell(lin, [plain('hi')])).toEqual([expect.objectContaining({ state: 'sent' })])
      expect(await lin.sees()).toEqual(['hi'])
    },
  },
  {
    title: 'takes back a message that it sent, and leaves the others',
    concerns: ({ recall, readsLog }) => recall && !readsLog,
    async prove({ adapter, lin, meet, tell, until }) {
      await tell(lin, [plain('this stays')])
      const [receipt] = await tell(lin, [plain('this goes')])
      await adapter().recall?.(receipt?.native ?? '', { address: lin.address, conversation: await meet(lin) })
      await until(() => lin.sees(), ['this stays'])
    },
  },
  {
    title: 'shows that somebody is typing, and leaves no message of it',
    concerns: ({ typing }) => typing,
    async prove({ adapter, bench, capabilities, lin, meet, until }) {
      const conversation = await meet(lin)
      const signal = { kind: 'typing', from: AGENT, on: true } as const
      if (capabilities.readsLog) bench.host.pass(conversation, signal)
      else adapter().signal({ address: lin.address, conversation }, signal)
      await until(() => lin.seesTyping(), true)
      expect(await lin.sees()).toEqual([])
    },
  },
  {
    title: 'takes signals for people it does not know without a word',
    async prove({ adapter }) {
      const to = { address: 'nobody-we-know', conversation: 'v_none' }
      expect(() => adapter().signal(to, { kind: 'typing', from: AGENT, on: true })).not.toThrow()
      expect(() => adapter().signal(to, { kind: 'presence', from: AGENT, online: true })).not.toThrow()
    },
  },
  {
    title: 'never shows a person what is internal',
    concerns: ({ readsLog }) => readsLog,
    async prove({ bench, lin, meet, tell, until }) {
      const conversation = await meet(lin)
      await bench.host.commit(conversation, AGENT, { kind: 'note', text: 'difficult customer' })
      await tell(lin, [plain('hello Lin')])
      await until(() => lin.sees(), ['hello Lin'])
    },
  },
  {
    title: 'brings what a person missed while away, in order and once',
    concerns: ({ readsLog }) => readsLog,
    async prove({ lin, tell, until }) {
      await tell(lin, [plain('one')])
      await until(() => lin.sees(), ['one'])
      await lin.leave()
      await tell(lin, [plain('two')])
      await tell(lin, [plain('three')])
      await lin.comeBack()
      await until(() => lin.sees(), ['one', 'two', 'three'])
    },
  },
]
