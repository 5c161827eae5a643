import type { ActionInput, Event } from '@hutong/core/backend'
import { wordsOf } from '../backends/words-of.ts'
import { must, mustEqual, mustRefuse, passedOn, pause, said } from './case.ts'
import { heard, leftOpen } from './rules-receipt.ts'
import { answer, BOT, type Rule, reply, type Turn } from './wire-bench.ts'

/** Every way to fail ends with the next in the chain, on time, and with a reason that people can read. */
function ends(title: string, turn: Turn): Rule {
  return {
    title,
    async run({ stage, end, within }) {
      end.turn = () => turn
      const started = performance.now()
      const ada = stage.contact('ada')
      await ada.say('hello')
      const log = await ada.until(passedOn, 'the hand-off')
      const took = performance.now() - started
      must(took < within * 2 + 3_000, `it took ${Math.round(took)} ms`)
      const body = passedOn(log)?.body
      must(body?.kind === 'handoff' && body.reason?.includes(BOT), 'the reason does not name the backend')
      mustEqual(said(log, BOT), [], 'what it said')
    },
  }
}

const typing = { kind: 'typing' as const, on: true }

/** What is no answer leaves the question open, though it names the event. */
function onlyPasses(title: string, action: ActionInput): Rule {
  return {
    title,
    async run({ stage, end }) {
      end.turn = ({ entry }) => (wordsOf(entry) === 'hi' ? answer(reply('Welcome!', 'welcome')) : { do: 'later' })
      const ada = stage.contact('ada')
      await ada.say('hi')
      await ada.until((log) => said(log, BOT).length === 1, 'the welcome')
      const { conversation } = await ada.say('hello')
      await heard(end, 2)
      const { id, floor } = end.heard.at(-1) as Event
      await end.act(conversation, { key: 'passing', term: floor.term, event: id, actions: [action] })
      await ada.until(passedOn, 'the hand-off')
    },
  }
}

const refused = (title: string, { action, field }: { action: ActionInput; field: string }): Rule => ({
  title,
  async run({ stage, end }) {
    end.turn = () => ({ do: 'later' })
    const { conversation } = await stage.contact('ada').say('hello')
    const event = await heard(end, 1)
    const asked = end.act(conversation, { key: 'wrong', term: event.floor.term, actions: [action] })
    await mustRefuse(asked, 'invalid')
    const message = await asked.catch((error: { message: string }) => error.message)
    must(String(message).includes(field), `the refusal "${message}" does not name ${field}`)
    mustEqual(said(await stage.contact('ada').log(), BOT), [], 'what it said')
  },
})

export const faultRules: readonly Rule[] = [
  ends('that hangs loses the floor on time', { do: 'hang' }),
  ends('that breaks at every try loses the floor on time', { do: 'fail' }),
  ends('that answers nonsense loses the floor on time', { do: 'nonsense' }),
  ends('that takes the event and never answers loses the floor on time', { do: 'later' }),
  ends('that begins a text and never ends it loses the floor on time', {
    do: 'answer',
    actions: [{ kind: 'stream', key: 'half', text: 'Half of', done: false }],
  }),
  onlyPasses('that took the event and says it is writing loses the floor on time', typing),
  onlyPasses('that took the event and begins a text loses the floor on time', {
    kind: 'stream',
    key: 'half',
    text: 'Half of',
    done: false,
  }),
  onlyPasses('that took the event and notes something loses the floor on time', {
    kind: 'note',
    text: 'Looking it up',
  }),
  onlyPasses('that took the event and says what it said before loses the floor on time', reply('Welcome!', 'welcome')),
  ends('that asks for too many things at once loses the floor on time', {
    do: 'answer',
    actions: [reply('x'.repeat(8_001)), ...Array.from({ length: 21 }, () => ({ kind: 'typing' as const, on: true }))],
  }),
  {
    title: 'that hangs in one conversation is answered for in others',
    async run({ stage, end }) {
      end.turn = ({ entry }) => (wordsOf(entry) === 'hang' ? { do: 'hang' } : answer(reply('here')))
      await stage.contact('slow').say('hang')
      for (let n = 0; n < 10; n++) await stage.contact(`c${n}`).say('hello')
      for (let n = 0; n < 10; n++)
        await stage.contact(`c${n}`).until((log) => said(log, BOT).length === 1, `answer ${n}`)
      await stage.contact('slow').until(passedOn, 'the hand-off of the one that hangs')
    },
  },
  {
    title: 'that broke has what was written meanwhile kept for the person, in order',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'fail' })
      const ada = stage.contact('ada')
      for (const text of ['one', 'two', 'three']) await ada.say(text)
      const log = await ada.until(passedOn, 'the hand-off')
      const words = log.filter(({ from }) => from.kind === 'contact').map(wordsOf)
      mustEqual(words, ['one', 'two', 'three'], 'what the contact said')
    },
  },
  {
    title: 'that is well again answers the next conversation',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'fail' })
      await stage.contact('ada').say('hello')
      await stage.contact('ada').until(passedOn, 'the hand-off')
      end.turn = () => answer(reply('well again'))
      await stage.contact('bob').say('hello')
      await stage.contact('bob').until((log) => said(log, BOT).includes('well again'), 'the answer')
    },
  },
  {
    title: 'that lost the floor by its silence is refused when it wakes up',
    async run({ stage, end }) {
      const { ada, conversation, event } = await leftOpen({ stage, end })
      await ada.until(passedOn, 'the hand-off')
      const request = { key: 'late', term: event.floor.term, event: event.id, actions: [reply('late')] }
      await mustRefuse(end.act(conversation, request), 'stale_floor')
    },
  },
  {
    title: 'that floods one conversation holds up no other',
    async run({ stage, end }) {
      end.turn = ({ entry }) => (wordsOf(entry) === 'flood' ? { do: 'later' } : answer(reply('here')))
      const { conversation } = await stage.contact('loud').say('flood')
      const { floor } = await heard(end, 1)
      const { term } = floor
      const typing = (n: number) => ({ key: `t${n}`, term, actions: [{ kind: 'typing' as const, on: n % 2 === 0 }] })
      const flood = Array.from({ length: 300 }, (_, n) => end.act(conversation, typing(n)).catch(() => undefined))
      await stage.contact('ada').say('hello')
      await stage.contact('ada').until((log) => said(log, BOT).length === 1, 'the answer')
      await Promise.all(flood)
    },
  },
  {
    title: 'that floods one conversation with messages is stopped and loses the floor',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      const { conversation } = await stage.contact('loud').say('flood')
      const { floor } = await heard(end, 1)
      const actions = Array.from({ length: 20 }, () => reply('and again'))
      const flood = (n: number) => end.act(conversation, { key: `f${n}`, term: floor.term, actions })
      for (let n = 0; n < 5; n++) await flood(n)
      await mustRefuse(flood(5), 'throttled')
      const log = await stage.contact('loud').until(passedOn, 'the hand-off')
      must(said(log, BOT).length <= 110, `it said ${said(log, BOT).length} messages`)
    },
  },
  {
    title: 'is heard of no more in the conversation it lost, until the floor comes back',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      const ada = stage.contact('ada')
      const { conversation } = await ada.say('hello')
      await ada.until(passedOn, 'the hand-off')
      await ada.say('anybody?')
      await pause(200)
      mustEqual(end.heard.length, 1, 'events')
      end.turn = () => answer()
      await stage.agent(conversation, { kind: 'handoff', to: { kind: 'bot', id: BOT } })
      await heard(end, 2)
    },
  },
  refused('is told which field is wrong: a floor for nobody', {
    action: { kind: 'handoff', to: { kind: 'none' } },
    field: 'to.kind',
  }),
  refused('is told which field is wrong: a grown text that is blank', {
    action: { kind: 'stream', key: 'blank', text: ' \n', done: true },
    field: 'text',
  }),
  refused('is told which field is wrong: a text that is too long', { action: reply('x'.repeat(8_001)), field: 'text' }),
  refused('is told which field is wrong: an empty message', { action: { kind: 'reply', parts: [] }, field: 'parts' }),
  refused('is told which field is wrong: a link that runs code', {
    action: { kind: 'reply', parts: [{ kind: 'card', title: 'x', url: 'javascript:alert(1)', buttons: [] }] },
    field: 'url',
  }),
  refused('is told which field is wrong: a key with odd signs', {
    action: { kind: 'note', key: 'a b\n', text: 'x' },
    field: 'key',
  }),
  refused('is told which field is wrong: a backend that does not exist', {
    action: { kind: 'handoff', to: { kind: 'bot', id: 'nobody' } },
    field: 'to.id',
  }),
  {
    title: 'is told when it answers an event of another conversation',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      const { conversation } = await stage.contact('ada').say('hello')
      await stage.contact('bob').say('hello')
      await heard(end, 2)
      const other = end.heard.find((one) => one.conversation !== conversation)?.id ?? ''
      await mustRefuse(end.act(conversation, { key: 'a', event: other, actions: [] }), 'invalid')
      for (const seq of ['99', '9007199254740991', '1e0', '0', ''])
        await mustRefuse(end.act(conversation, { key: 'b', event: `${conversation}:${seq}`, actions: [] }), 'invalid')
    },
  },
  {
    title: 'is told when the conversation does not exist',
    async run({ end, stage }) {
      end.turn = () => ({ do: 'later' })
      await stage.contact('ada').say('hello')
      await mustRefuse(end.act('v_nothing', { key: 'a', actions: [reply('hello?')] }), 'not_found')
    },
  },
]
