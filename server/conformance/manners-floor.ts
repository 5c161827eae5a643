import type { Entry } from '@hutong/core/entry'
import type { PartInput } from '@hutong/core/parts'
import { eventually, must, mustEqual, pause, said, saidWithoutFloor } from './case.ts'
import { failIfReplaced, GUEST, isPassing, type Manner, type MannersBench, PASSER } from './manners-bench.ts'
import type { StageContact } from './stage.ts'

/** Long enough for what is said unasked to be seen. */
const QUIET_MS = 400
const SLACK_MS = 5_000

/** A stop is heard by who is at work, and some answer before it comes: so many are tried. */
const STOPS = 3

const toQueue = { kind: 'handoff' as const, to: { kind: 'queue' as const } }
const back = { kind: 'handoff' as const, to: { kind: 'bot' as const, id: GUEST } }

/** It said nothing while somebody else had the floor. */
async function mustBeStill(someone: StageContact): Promise<void> {
  mustEqual(saidWithoutFloor(await someone.log(), GUEST), [], 'what it said without the floor')
}

/** Sends a question and does not wait for the answer. */
async function begin({ question }: MannersBench, someone: StageContact): Promise<string> {
  return (await someone.say(question)).conversation
}

/** A person shows something, and gives the floor back with it; resolves with where it stands. */
async function offered({ ask, stage }: MannersBench, someone: StageContact, part: PartInput): Promise<number> {
  const { log } = await ask(someone, 'hello')
  const conversation = log[0]?.conversation ?? ''
  await stage.agent(conversation, toQueue, { kind: 'reply', parts: [part] }, back)
  return (await someone.log()).findLast(({ from, body }) => from.kind === 'agent' && body.kind === 'message')?.seq ?? 0
}

/** The hand-off back is taken as any event is: nobody had to stand in for the backend. */
async function settlesAgain({ ask, question, answers }: MannersBench, someone: StageContact): Promise<void> {
  const taken = await ask(someone, question)
  failIfReplaced(taken.log)
  must(!answers || taken.said.length > 0, 'it did not answer the question that it answers')
}

export const floorManners: readonly Manner[] = [
  {
    title: 'says nothing more after a person took the floor',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const conversation = await begin(bench, someone)
      await bench.stage.agent(conversation, toQueue)
      await pause(QUIET_MS)
      await mustBeStill(someone)
    },
  },
  {
    title: 'says nothing to what a contact writes to a person',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const { conversation } = await someone.say('hello')
      await bench.stage.agent(conversation, toQueue)
      await someone.say(bench.question)
      await pause(QUIET_MS)
      await mustBeStill(someone)
    },
  },
  {
    title: 'leaves the floor to the person who has it',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const conversation = await begin(bench, someone)
      await bench.stage.agent(conversation, { kind: 'handoff', to: { kind: 'agent', id: 'a_anna' } })
      await someone.say(bench.question)
      await pause(QUIET_MS)
      const { floor } = await bench.stage.conversation(conversation)
      mustEqual(floor.holder.kind, 'agent', 'who has the floor')
    },
  },
  {
    title: 'takes the choice of an option that a person offered',
    contract: 'answers',
    async run(bench) {
      const someone = bench.someone()
      const of = await offered(bench, someone, { kind: 'choices', options: [{ id: '__proto__', label: 'Tea' }] })
      const parts = [{ kind: 'text' as const, text: 'Tea', format: 'plain' as const }]
      await bench.ask(someone, { kind: 'message', parts, choice: { of, id: '__proto__' } })
    },
  },
  {
    title: 'takes the answers to a form that a person asked',
    contract: 'answers',
    async run(bench) {
      const someone = bench.someone()
      const of = await offered(bench, someone, { kind: 'form', fields: [{ name: 'constructor', label: 'Order' }] })
      await bench.ask(someone, { kind: 'answer', of, values: { constructor: '4711' } })
      const again = bench.someone()
      const empty = await offered(bench, again, { kind: 'form', fields: [{ name: 'order', label: 'Order' }] })
      await bench.ask(again, { kind: 'answer', of: empty, values: {} })
    },
  },
  {
    title: 'is well when the floor is given back to it, and answers the next question',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const { log } = await bench.ask(someone, 'hello')
      const conversation = log[0]?.conversation ?? ''
      await bench.stage.agent(conversation, toQueue, back)
      await settlesAgain(bench, someone)
    },
  },
  {
    title: 'answers, or passes on, what another bot passes to it',
    contract: 'answers',
    behind: true,
    async run({ question, someone, stage, within }) {
      const contact = someone()
      const { conversation } = await contact.say('hello')
      await stage.agent(conversation, toQueue, { kind: 'handoff', to: { kind: 'bot', id: PASSER } })
      const { seq } = await contact.say(question)
      const since = async () => (await contact.log()).filter((one) => one.seq > seq)
      const isMoved = async () =>
        (await since()).some((one) => isPassing(one) || (one.from.kind === 'system' && one.body.kind === 'handoff'))
      const isTaken = async () => said(await since(), GUEST).length > 0 || isMoved()
      await eventually(isTaken, 'an answer to what was passed on, or a hand-off', within + SLACK_MS)
      failIfReplaced(await since())
    },
  },
  {
    title: 'keeps its manners while the floor goes to and fro five times',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const conversation = await begin(bench, someone)
      for (let n = 0; n < 5; n++) await bench.stage.agent(conversation, toQueue, back)
      await settlesAgain(bench, someone)
      await mustBeStill(someone)
    },
  },
  {
    title: 'says nothing after stop until the next question',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      await begin(bench, someone)
      const { seq } = await someone.say({ kind: 'stop' })
      await pause(QUIET_MS)
      const log = await someone.log()
      failIfReplaced(log)
      const after = log.filter((one) => one.seq > seq)
      mustEqual(said(after, GUEST), [], 'what it said after the stop')
    },
  },
  {
    title: 'answers a stop with nothing',
    contract: 'floor',
    async run(bench) {
      for (let turn = 0; turn < STOPS; turn++) {
        const someone = bench.someone()
        await begin(bench, someone)
        const { seq, conversation } = await someone.say({ kind: 'stop' })
        await pause(QUIET_MS)
        const refused = await bench.stage.store.deadLetters({ target: `backend:${GUEST}`, limit: 100 })
        const stop = refused.find((one) => one.conversation === conversation && one.seq === seq)
        must(!stop, `its answer to a stop was refused: ${stop?.error}`)
      }
    },
  },
  {
    title: 'answers the next question after a stop',
    contract: 'answers',
    async run(bench) {
      const someone = bench.someone()
      await begin(bench, someone)
      await someone.say({ kind: 'stop' })
      await settlesAgain(bench, someone)
    },
  },
  {
    title: 'takes a stop when there is nothing to stop',
    contract: 'answers',
    async run(bench) {
      const someone = bench.someone()
      await bench.ask(someone, bench.question)
      await someone.say({ kind: 'stop' })
      await settlesAgain(bench, someone)
    },
  },
  {
    title: 'says nothing after a person closed the conversation',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const conversation = await begin(bench, someone)
      await bench.stage.agent(conversation, { kind: 'close' })
      const { length } = await someone.log()
      await pause(QUIET_MS)
      mustEqual(said((await someone.log()).slice(length), GUEST), [], 'what it said after the end')
    },
  },
  {
    title: 'answers the message that opens a closed conversation again',
    contract: 'answers',
    async run(bench) {
      const someone = bench.someone()
      const { log } = await bench.ask(someone, bench.question)
      const conversation = log[0]?.conversation ?? ''
      await bench.stage.agent(conversation, { kind: 'close' })
      await settlesAgain(bench, someone)
      const { status } = await bench.stage.conversation(conversation)
      mustEqual(status, 'open', 'the conversation')
    },
  },
  {
    title: 'leaves a conversation open after a plain question',
    contract: 'floor',
    async run(bench) {
      const someone = bench.someone()
      const { log } = await bench.ask(someone, bench.question)
      await pause(QUIET_MS / 4)
      const { status } = await bench.stage.conversation(log[0]?.conversation ?? '')
      mustEqual(status, 'open', 'the conversation')
    },
  },
  {
    title: 'answers what was asked just before the relay stopped, once it is back',
    contract: 'restart',
    alone: true,
    async run(bench) {
      const people = Array.from({ length: 5 }, () => bench.someone())
      for (const one of people) await one.say(bench.question)
      await bench.stage.restart()
      for (const one of people) {
        await eventually(async () => isDone(await one.log()), 'an answer after the restart', bench.within + 10_000)
        const log = await one.log()
        failIfReplaced(log)
        must(!bench.answers || said(log, GUEST).length > 0, 'it did not answer the question that it answers')
      }
    },
  },
  {
    title: 'says nothing twice because the relay started again',
    contract: 'restart',
    alone: true,
    async run(bench) {
      const someone = bench.someone()
      const { log } = await bench.ask(someone, bench.question)
      await bench.stage.restart()
      await pause(QUIET_MS)
      mustEqual(said(await someone.log(), GUEST), said(log, GUEST), 'what it said')
    },
  },
  {
    title: 'answers questions in a conversation that is older than the running relay',
    contract: 'restart',
    alone: true,
    async run(bench) {
      const someone = bench.someone()
      await bench.ask(someone, bench.question)
      await bench.stage.restart()
      await settlesAgain(bench, someone)
    },
  },
  {
    title: 'loses no question of a contact who goes on writing while the relay starts again',
    contract: 'restart',
    alone: true,
    async run(bench) {
      const someone = bench.someone()
      await someone.say(bench.question)
      await bench.stage.restart()
      await someone.say(bench.question)
      await settlesAgain(bench, someone)
    },
  },
]

/** It answered, or gave the floor on. */
function isDone(log: readonly Entry[]): boolean {
  return said(log, GUEST).length > 0 || log.some(({ body }) => body.kind === 'handoff')
}
