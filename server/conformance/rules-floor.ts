import type { Entry } from '@hutong/core/entry'
import { wordsOf } from '../backends/words-of.ts'
import { eventually, must, mustEqual, mustRefuse, passedOn, pause, said, saidWithoutFloor } from './case.ts'
import { heard, leftOpen } from './rules-receipt.ts'
import { answer, BOT, type Rule, reply } from './wire-bench.ts'

const lastFloor = (log: readonly Entry[]) => log.findLast(({ body }) => body.kind === 'handoff')?.body

/** Who may speak: after the floor moved, nothing of what was said for the old term is ever shown. */
export const floorRules: readonly Rule[] = [
  {
    title: 'gives the floor on with a summary that people read',
    async run({ stage, end }) {
      end.turn = () =>
        answer(reply('A colleague will help.'), {
          kind: 'handoff',
          to: { kind: 'next' },
          reason: 'too hard',
          summary: 'wants a refund',
        })
      const ada = stage.contact('ada')
      await ada.say('refund!')
      const log = await ada.until(passedOn, 'the hand-off')
      const body = lastFloor(log)
      must(body?.kind === 'handoff', 'there is no hand-off')
      mustEqual([body.reason, body.summary], ['too hard', 'wants a refund'], 'reason and summary')
      mustEqual(said(log, BOT), ['A colleague will help.'], 'what it said before')
    },
  },
  {
    title: 'hears nothing more once it gave the floor on',
    async run({ stage, end }) {
      end.turn = () => answer({ kind: 'handoff', to: { kind: 'queue' } })
      const ada = stage.contact('ada')
      await ada.say('my order never came')
      await ada.until(passedOn, 'the hand-off')
      await ada.say('hello?')
      await pause(300)
      mustEqual(end.heard.length, 1, 'events')
    },
  },
  {
    title: 'gives the floor to an agent by name, and to nobody who does not exist',
    async run({ stage, end }) {
      const { conversation, floor: mine } = await leftOpen({ stage, end }, 'Anna please, about my order')
      const to = (id: string) => ({ kind: 'handoff' as const, to: { kind: 'agent' as const, id } })
      await mustRefuse(end.act(conversation, { key: 'a', term: mine.term, actions: [to('a_nobody')] }), 'invalid')
      await end.act(conversation, { key: 'b', term: mine.term, actions: [to('a_anna')] })
      const { floor } = await stage.conversation(conversation)
      mustEqual(floor.holder.kind, 'agent', 'who has the floor')
    },
  },
  {
    title: 'is refused, and never shown, when a person took the floor meanwhile',
    async run({ stage, end }) {
      const { ada, conversation, event } = await leftOpen({ stage, end })
      await stage.agent(conversation, { kind: 'reply', parts: [{ kind: 'text', text: 'Anna here' }] })
      const request = { key: 'late', term: event.floor.term, event: event.id, actions: [reply('too late')] }
      await mustRefuse(end.act(conversation, request), 'stale_floor')
      mustEqual(said(await ada.log(), BOT), [], 'what it said')
    },
  },
  {
    title: 'is refused without a term too, when it has not got the floor',
    async run({ stage, end }) {
      const { conversation } = await leftOpen({ stage, end })
      await stage.agent(conversation, { kind: 'handoff', to: { kind: 'queue' } })
      for (const action of [reply('late'), { kind: 'typing' as const, on: true }, { kind: 'close' as const }])
        await mustRefuse(end.act(conversation, { key: `l-${action.kind}`, actions: [action] }), 'stale_floor')
    },
  },
  {
    title: 'says what it answers: with neither term nor event nothing is shown of it',
    async run({ stage, end }) {
      const { conversation, id } = await leftOpen({ stage, end })
      for (const action of [reply('hi'), { kind: 'typing' as const, on: true }, { kind: 'close' as const }])
        await mustRefuse(end.act(conversation, { key: `n-${action.kind}`, actions: [action] }), 'invalid')
      await end.act(conversation, { key: 'y', event: id, actions: [reply('hello to you')] })
      mustEqual(said(await stage.contact('ada').log(), BOT), ['hello to you'], 'what it said')
    },
  },
  {
    title: 'is refused for an event before the stop, without a term too',
    async run({ stage, end }) {
      const { ada, conversation, id } = await leftOpen({ stage, end }, 'a long story please')
      await ada.say({ kind: 'stop' })
      await mustRefuse(end.act(conversation, { key: 'l', event: id, actions: [reply('late')] }), 'stale_floor')
    },
  },
  {
    title: 'cannot give the floor to itself',
    async run({ stage, end }) {
      const { conversation, id } = await leftOpen({ stage, end })
      const toSelf = { kind: 'handoff' as const, to: { kind: 'bot' as const, id: BOT } }
      await mustRefuse(end.act(conversation, { key: 's', event: id, actions: [toSelf] }), 'invalid')
    },
  },
  {
    title: 'that answers while a person takes the floor says everything before her or nothing after',
    async run({ stage }) {
      const ada = stage.contact('ada')
      for (let n = 0; n < 10; n++) {
        const { conversation } = await ada.say(`question ${n}`)
        await pause(n)
        await stage.agent(conversation, { kind: 'reply', parts: [{ kind: 'text', text: `Anna ${n}` }] })
        await stage.agent(conversation, { kind: 'handoff', to: { kind: 'bot', id: BOT } })
      }
      await pause(300)
      mustEqual(saidWithoutFloor(await ada.log(), BOT), [], 'what it said without the floor')
    },
  },
  {
    title: 'is refused for an old term when the floor came back to it',
    async run({ stage, end }) {
      const { conversation, event } = await leftOpen({ stage, end })
      await stage.agent(conversation, { kind: 'handoff', to: { kind: 'queue' } })
      await stage.agent(conversation, { kind: 'handoff', to: { kind: 'bot', id: BOT } })
      const request = { key: 'old', term: event.floor.term, actions: [reply('from before')] }
      await mustRefuse(end.act(conversation, request), 'stale_floor')
    },
  },
  {
    title: 'hears that the floor came back, with the new term, and may speak at once',
    async run({ stage, end }) {
      end.turn = ({ entry }) => (entry.body.kind === 'handoff' ? answer(reply('I am back')) : answer())
      const ada = stage.contact('ada')
      const { conversation } = await ada.say('hello')
      await heard(end, 1)
      await stage.agent(conversation, { kind: 'handoff', to: { kind: 'queue' } })
      await stage.agent(conversation, { kind: 'handoff', to: { kind: 'bot', id: BOT } })
      await ada.until((log) => said(log, BOT).includes('I am back'), 'the greeting')
    },
  },
  {
    title: 'is refused for what it was saying when the contact pressed stop',
    async run({ stage, end }) {
      const { ada, conversation, floor } = await leftOpen({ stage, end }, 'a long story please')
      await end.act(conversation, {
        key: 's',
        term: floor.term,
        actions: [{ kind: 'stream', key: 'story', text: 'Once' }],
      })
      await ada.say({ kind: 'stop' })
      const rest = { kind: 'stream' as const, key: 'story', text: 'Once upon a time', done: true }
      await end.act(conversation, { key: 'e', term: floor.term, actions: [rest] }).catch(() => undefined)
      const more = end.act(conversation, { key: 'm', term: floor.term, actions: [reply('And then')] })
      await mustRefuse(more, 'stale_floor')
      must(!said(await ada.log(), BOT).includes('Once upon a time'), 'the rest of the story was shown')
    },
  },
  {
    title: 'may note something on a stop, and nothing else that it says to it is shown',
    async run({ stage, end }) {
      const note = { kind: 'note' as const, text: 'stopped' }
      end.turn = ({ entry }) => (entry.body.kind === 'stop' ? answer(note, reply('As you wish')) : { do: 'later' })
      const ada = stage.contact('ada')
      const { conversation } = await ada.say('a long story please')
      await heard(end, 1)
      const stop = await ada.say({ kind: 'stop' })
      await ada.until((log) => log.some(({ body }) => body.kind === 'note'), 'the note')
      const event = `${conversation}:${stop.seq}`
      for (const action of [reply('Very well'), { kind: 'handoff' as const, to: { kind: 'next' as const } }])
        await mustRefuse(end.act(conversation, { key: `n-${action.kind}`, event, actions: [action] }), 'forbidden')
      mustEqual(said(await ada.log(), BOT), [], 'what it said')
      const { floor } = await stage.conversation(conversation)
      mustEqual(floor.holder, { kind: 'bot', id: BOT }, 'who has the floor')
    },
  },
  {
    title: 'answers the next question after a stop',
    async run({ stage, end }) {
      end.turn = ({ entry }) =>
        wordsOf(entry) === 'next' ? answer(reply('gladly')) : entry.body.kind === 'stop' ? answer() : { do: 'later' }
      const ada = stage.contact('ada')
      await ada.say('a long story please')
      await heard(end, 1)
      await ada.say({ kind: 'stop' })
      await ada.say('next')
      await ada.until((log) => said(log, BOT).includes('gladly'), 'the answer')
    },
  },
  {
    title: 'goes on after a lost connection, which is no stop',
    async run({ stage, end }) {
      const { ada, conversation, event } = await leftOpen({ stage, end })
      await end.lose()
      await end.act(conversation, { key: 'a', term: event.floor.term, event: event.id, actions: [reply('still here')] })
      mustEqual(said(await ada.log(), BOT), ['still here'], 'what it said')
    },
  },
  {
    title: 'ends a conversation, and hears the message that opens it again',
    async run({ stage, end }) {
      end.turn = ({ entry }) =>
        wordsOf(entry) === 'bye' ? answer(reply('Bye!'), { kind: 'close' }) : answer(reply('welcome back'))
      const ada = stage.contact('ada')
      const { conversation } = await ada.say('bye')
      await eventually(async () => (await stage.conversation(conversation)).status === 'closed', 'the end')
      await ada.say('one more thing')
      await ada.until((log) => said(log, BOT).includes('welcome back'), 'the answer after it was opened again')
    },
  },
  {
    title: 'is refused in a conversation that was closed meanwhile',
    async run({ stage, end }) {
      const { conversation, floor } = await leftOpen({ stage, end })
      await stage.agent(conversation, { kind: 'close' })
      await mustRefuse(end.act(conversation, { key: 'l', term: floor.term, actions: [reply('late')] }), 'stale_floor')
    },
  },
]
