import type { ContactBody, Entry } from '@hutong/core/entry'
import { parts } from '@hutong/core/parts'
import { must, mustEqual, pause } from './case.ts'
import { GUEST, isPassing, type Manner, type MannersBench, ODD_CHANNEL, type Taken, TWICE } from './manners-bench.ts'
import type { StageContact } from './stage.ts'

const QUIET_MS = 400
const SIDE_BY_SIDE = 20
const NONSENSE = ['qwrtzp lkjhgf', 'mnbvcx 83 yxcvb', 'zzz grmblfx', 'plokij uhygtf']

const picture: ContactBody = { kind: 'message', parts: [{ kind: 'image', url: 'https://pictures.example/a.jpg' }] }
let keys = 0
const twice = () => `${TWICE}${keys++}`

/** It must answer where it is known to, and may pass on elsewhere. */
async function asked(bench: MannersBench, someone: StageContact, key?: string): Promise<Taken> {
  const taken = await bench.ask(someone, bench.question, key)
  if (bench.answers) must(taken.said.length > 0, 'it did not answer the question that it answers')
  return taken
}

const bodiesOf = (log: readonly Entry[]) => log.flatMap(({ from, body }) => (isGuest(from) ? [body] : []))
const isGuest = ({ kind, id }: Entry['from']) => kind === 'bot' && id === GUEST

/** As often as without a repeat, in the words of this time or another: what counts is how much was said. */
async function saidOnce(bench: MannersBench, body: string | ContactBody): Promise<void> {
  const plain = await bench.ask(bench.someone(), body)
  const someone = bench.someone()
  await bench.ask(someone, body, twice())
  await pause(QUIET_MS)
  const kinds = (log: readonly Entry[]) => bodiesOf(log).map(({ kind }) => kind)
  mustEqual(kinds(await someone.log()), kinds(plain.log), 'what it did when the event came twice')
}

export const answerManners: readonly Manner[] = [
  {
    title: 'answers, or passes on, within its time',
    contract: 'answers',
    run: async (bench) => void (await asked(bench, bench.someone())),
  },
  {
    title: 'answers the same question a second time as well',
    contract: 'answers',
    async run(bench) {
      const someone = bench.someone()
      await asked(bench, someone)
      await asked(bench, someone)
    },
  },
  {
    title: 'takes five messages that are sent in one go',
    contract: 'order',
    async run(bench) {
      const someone = bench.someone()
      for (let n = 0; n < 4; n++) await someone.say(bench.question)
      await asked(bench, someone)
    },
  },
  {
    title: 'takes an answer to one of its own messages',
    contract: 'answers',
    async run(bench) {
      const someone = bench.someone()
      const { log } = await asked(bench, someone)
      const replyTo = log.findLast(({ from, body }) => isGuest(from) && body.kind === 'message')?.seq ?? 1
      await bench.ask(someone, { kind: 'message', parts: [{ kind: 'text', text: 'this?', format: 'plain' }], replyTo })
    },
  },
  {
    title: 'is not put off by edits, reactions and messages taken back',
    contract: 'answers',
    async run(bench) {
      const someone = bench.someone()
      const { seq } = await asked(bench, someone)
      const edited: ContactBody = { kind: 'edit', of: seq, parts: [{ kind: 'text', text: 'x', format: 'plain' }] }
      const others: ContactBody[] = [
        { kind: 'reaction', of: seq, emoji: '👍', on: true },
        { kind: 'recall', of: seq },
      ]
      for (const body of [edited, ...others]) await someone.say(body)
      await asked(bench, someone)
    },
  },
  {
    title: 'says nothing to an edit, a reaction or a message taken back',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const { seq, log } = await asked(bench, someone)
      await someone.say({ kind: 'reaction', of: seq, emoji: '👍', on: true })
      await someone.say({ kind: 'recall', of: seq })
      await pause(QUIET_MS)
      mustEqual(bodiesOf(await someone.log()).length, bodiesOf(log).length, 'entries of the backend')
    },
  },
  {
    title: 'answers a question once though its receipt was lost and the event came again',
    contract: 'once',
    run: (bench) => saidOnce(bench, bench.question),
  },
  {
    title: 'does what it does to a picture once though the event came again',
    contract: 'once',
    run: (bench) => saidOnce(bench, picture),
  },
  {
    title: 'does what it does to nonsense once though the event came again',
    contract: 'once',
    run: (bench) => saidOnce(bench, NONSENSE[0] ?? ''),
  },
  {
    title: 'answers once when the contact’s page sends the same message twice',
    contract: 'once',
    async run(bench) {
      const plain = await asked(bench, bench.someone())
      const someone = bench.someone()
      const key = `same:${keys++}`
      await someone.say(bench.question, key)
      await asked(bench, someone, key)
      await pause(QUIET_MS)
      mustEqual(bodiesOf(await someone.log()).length, bodiesOf(plain.log).length, 'entries of the backend')
    },
  },
  {
    title: 'says nothing unasked after its answer',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const { log } = await asked(bench, someone)
      await pause(QUIET_MS)
      mustEqual((await someone.log()).length, log.length, 'entries of the conversation')
    },
  },
  {
    title: `answers ${SIDE_BY_SIDE} conversations side by side, each of them`,
    contract: 'apart',
    async run(bench) {
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => asked(bench, bench.someone())))
    },
  },
  {
    title: 'tells none of twenty contacts what another wrote',
    contract: 'apart',
    async run(bench) {
      const marks = Array.from({ length: SIDE_BY_SIDE }, (_, n) => `RQ${n}X${700 + n * 13}K`)
      const taken = await Promise.all(marks.map((mark) => bench.ask(bench.someone(), `My order is ${mark}.`)))
      for (const [n, { log }] of taken.entries()) mustHoldNone(log, marks.toSpliced(n, 1))
    },
  },
  {
    title: 'does not remember in one conversation what was said in another',
    contract: 'apart',
    async run(bench) {
      await bench.ask(bench.someone(), 'Remember my code word: KRAKATAU77.')
      const { log } = await bench.ask(bench.someone(), 'What is my code word?')
      mustHoldNone(log, ['KRAKATAU77'])
    },
  },
  {
    title: 'says what every channel takes',
    contract: 'parts',
    async run(bench) {
      const { log } = await asked(bench, bench.someone())
      for (const body of bodiesOf(log)) {
        if (body.kind !== 'message') continue
        const { error } = parts.safeParse(body.parts)
        must(!error, `its parts are none: ${error?.issues[0]?.message}`)
        for (const part of body.parts)
          must(part.kind !== 'text' || part.text.trim() !== '', 'it said a text of white space')
      }
    },
  },
  {
    title: 'says no half characters and no names of inner values',
    contract: 'parts',
    async run(bench) {
      const { log } = await asked(bench, bench.someone())
      const words = JSON.stringify(bodiesOf(log))
      must(
        bodiesOf(log).every((body) => JSON.stringify(body).isWellFormed()),
        'it said half a character',
      )
      must(!/\[object \w+\]|"(undefined|NaN|null)"/.test(words), `it said ${words.slice(0, 200)}`)
    },
  },
  {
    title: 'offers options that can be told apart',
    contract: 'parts',
    async run(bench) {
      const logs = await Promise.all(['hello', ...NONSENSE.slice(0, 1)].map((text) => bench.ask(bench.someone(), text)))
      for (const { log } of logs)
        for (const body of bodiesOf(log))
          for (const part of body.kind === 'message' ? body.parts : [])
            if (part.kind === 'choices') mustDiffer(part.options.map(({ id }) => id))
    },
  },
  {
    title: 'takes the choice of each option that it offers',
    contract: 'answers',
    async run(bench) {
      const { log } = await bench.ask(bench.someone(), NONSENSE[0] ?? '')
      const offered = log.flatMap(({ body }) =>
        body.kind === 'message' ? body.parts.flatMap((part) => (part.kind === 'choices' ? part.options : [])) : [],
      )
      for (const { id, label } of offered) {
        const someone = bench.someone()
        const again = await bench.ask(someone, NONSENSE[0] ?? '')
        const of = again.log.findLast(({ from, body }) => isGuest(from) && body.kind === 'message')?.seq
        if (of === undefined) continue
        const parts: Extract<ContactBody, { kind: 'message' }>['parts'] = [
          { kind: 'text', text: label, format: 'plain' },
        ]
        await bench.ask(someone, { kind: 'message', parts, choice: { of, id } })
      }
    },
  },
  {
    title: 'never says by which channel the contact writes',
    contract: 'parts',
    async run(bench) {
      const { log } = await asked(bench, bench.someone(ODD_CHANNEL))
      const again = await bench.ask(bench.someone(ODD_CHANNEL), NONSENSE[0] ?? '')
      mustHoldNone([...log, ...again.log], [ODD_CHANNEL])
    },
  },
  {
    title: 'does the same whatever the channel',
    contract: 'parts',
    async run(bench) {
      const kinds = async (channel?: string) =>
        bodiesOf((await asked(bench, bench.someone(channel))).log).flatMap((body) =>
          body.kind === 'message' ? body.parts.map(({ kind }) => kind) : [body.kind],
        )
      mustEqual(await kinds(ODD_CHANNEL), await kinds(), 'the parts of its answer')
    },
  },
  {
    title: 'gives a reason or a summary where it passes a conversation on',
    contract: 'passing',
    async run(bench) {
      const someone = bench.someone()
      for (const text of NONSENSE) {
        const { passed, log } = await bench.ask(someone, text)
        if (!passed) continue
        const body = log.find(isPassing)?.body
        const words = body?.kind === 'handoff' ? `${body.reason ?? ''}${body.summary ?? ''}`.trim() : ''
        must(words !== '', 'it passed the conversation on without a reason and without a summary')
        return
      }
    },
  },
  {
    title: 'tells whoever takes over nothing of other conversations',
    contract: 'apart',
    async run(bench) {
      await bench.ask(bench.someone(), 'My password is FUJIYAMA99.')
      const someone = bench.someone()
      for (const text of NONSENSE) {
        const { passed, log } = await bench.ask(someone, text)
        mustHoldNone(log, ['FUJIYAMA99'])
        if (passed) return
      }
    },
  },
]

/** Looks at what the backend wrote, for the contact and for agents. */
function mustHoldNone(log: readonly Entry[], words: readonly string[]): void {
  const written = JSON.stringify(bodiesOf(log))
  const found = words.find((one) => written.includes(one))
  must(found === undefined, `what it wrote holds ${found}`)
}

function mustDiffer(ids: readonly string[]): void {
  must(new Set(ids).size === ids.length, `two options have the same id: ${ids.join(', ')}`)
}
