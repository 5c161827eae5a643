import type { ActionInput, Backend, BackendHost, Event } from '@hutong/core/backend'
import { wordsOf } from '../backends/words-of.ts'
import { pause } from './case.ts'
import { GUEST } from './manners-bench.ts'

const reply = (text: string, more: { key?: string } = {}): ActionInput => ({
  ...more,
  kind: 'reply',
  parts: [{ kind: 'text', text }],
})
const isQuestion = ({ entry }: Event) => entry.from.kind === 'contact' && entry.body.kind === 'message'
const isPlain = ({ entry: { body } }: Event) =>
  body.kind === 'message' &&
  body.parts.every((part) => part.kind === 'text' && /^[\x20-\x7e]{1,200}$/.test(part.text)) &&
  body.parts.length === 1
const isOdd = (event: Event) =>
  !isPlain(event) || (event.entry.body.kind === 'message' && (event.entry.body.choice || event.entry.body.replyTo))

type Answering = (event: Event) => readonly ActionInput[] | Promise<readonly ActionInput[]>
const backend = (handle: Answering, more: Partial<Backend> = {}): Backend => ({
  name: GUEST,
  answerWithin: 1_000,
  handle: async (event) => handle(event),
  ...more,
})
const answers = (actions: (event: Event) => readonly ActionInput[]) =>
  backend((event) => (isQuestion(event) ? actions(event) : []))

function fail(): never {
  throw new Error('it broke')
}

/** Backends without manners, by what is wrong with them. Each is made anew, as its relay may be. */
export const rude = {
  'breaks on all but plain words': () => () => backend((event) => (isOdd(event) ? fail() : [reply('Yes.')])),
  'breaks on plain words': () => () => backend((event) => (isPlain(event) ? fail() : [])),
  'breaks on plain words in a process of its own': () => () =>
    backend((event) => (isPlain(event) ? fail() : []), { answers: 'later' }),
  'takes events and says nothing': () => () => backend(() => []),
  'names its answers by chance': () => () =>
    answers(() => [reply('Yes.', { key: `k${Math.random()}` }), reply('Indeed.', { key: `k${Math.random()}` })]),
  'tells everybody what it heard': () => {
    const heard: string[] = []
    return () =>
      answers((event) => {
        heard.push(wordsOf(event.entry).slice(0, 50))
        const all = heard.slice(-60).join(' ')
        return [reply(all), { kind: 'handoff', to: { kind: 'next' }, summary: all }]
      })
  },
  'goes on talking': () => () => {
    let host: BackendHost | undefined
    const terms = new Map<string, number>()
    const later = async ({ conversation, id }: Event) => {
      for (const time of [1, 2, 3, 4]) {
        await pause(100)
        const request = { key: `${id}:late${time}`, actions: [reply('And another thing.')] }
        await host?.act(conversation, { ...request, term: terms.get(conversation) }).catch(() => {})
      }
    }
    return backend(
      (event) => {
        terms.set(event.conversation, event.floor.term)
        if (isQuestion(event) || event.entry.body.kind === 'stop') void later(event)
        return isQuestion(event) ? [reply('Yes.')] : []
      },
      {
        async open(given) {
          host = given
        },
      },
    )
  },
  'answers a stop with words': () => () =>
    backend(async (event) => {
      if (event.entry.body.kind === 'stop') return [reply('I stopped.')]
      await pause(20)
      return isQuestion(event) ? [reply('Yes.')] : []
    }),
  'speaks of channels': () => () =>
    answers(({ entry }) =>
      entry.channel === 'web'
        ? [reply('Yes.')]
        : [reply(`On ${entry.channel}: yes.`), { kind: 'typing', on: false }, reply('Yes.')],
    ),
  'ends every conversation': () => () => answers(() => [reply('Bye.'), { kind: 'close' }]),
  'says its inner values': () => () => answers(() => [reply('[object Object]')]),
  'says white space': () => () => answers(() => [reply('  ')]),
  'offers the same twice': () => () =>
    answers(() => [
      {
        kind: 'reply',
        parts: [{ kind: 'choices', options: ['A', 'B'].map((label) => ({ id: 'same', label })) }],
      },
    ]),
  'breaks on its own options': () => () =>
    answers(({ entry }) =>
      entry.body.kind === 'message' && entry.body.choice
        ? fail()
        : [{ kind: 'reply', parts: [{ kind: 'choices', options: [{ id: 'a', label: 'A' }] }] }],
    ),
  'knows only what began while it runs': () => () => {
    const known = new Set<string>()
    return answers(({ entry: { seq, conversation } }) => {
      if (seq === 1) known.add(conversation)
      return known.has(conversation) ? [reply('Yes.')] : fail()
    })
  },
  'greets everybody when it starts': () => {
    const known = new Map<string, number>()
    return () =>
      backend(
        (event) => {
          known.set(event.conversation, event.floor.term)
          return isQuestion(event) ? [reply('Yes.')] : []
        },
        {
          async open(host) {
            const greeting = { key: `greeting${Math.random()}`, actions: [reply('I am back!')] }
            const greet = () => [...known].map(([one, term]) => host.act(one, { ...greeting, term }).catch(() => {}))
            setTimeout(greet, 100)
          },
        },
      )
  },
} satisfies Record<string, () => () => Backend>
export type Rudeness = keyof typeof rude
