import type { ActionInput } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { ASIDES_DEEP } from '../asides.ts'
import { eventually, must, mustEqual, mustRefuse, passedOn, pause, said } from './case.ts'
import { heard, isBots, leftOpen } from './rules-receipt.ts'
import { answer, BOT, type Rule, reply, type WireBench } from './wire-bench.ts'

/** Has the backend answer the first message with these actions; resolves with the log once it holds what is looked for. */
async function answered(
  { stage, end }: WireBench,
  actions: readonly ActionInput[],
  there: (log: Entry[]) => unknown,
): Promise<Entry[]> {
  end.turn = ({ entry }) => (entry.seq === 1 ? answer(...actions) : answer())
  await stage.contact('ada').say('hello')
  return stage.contact('ada').until(there, 'the answer on the log')
}

const ofKind = (log: readonly Entry[], kind: Entry['body']['kind']) => log.filter(({ body }) => body.kind === kind)

const handoff: ActionInput = { kind: 'handoff', to: { kind: 'next' }, reason: 'done' }

/** What a backend may ask for, and that it happens once and in order. */
export const answerRules: readonly Rule[] = [
  {
    title: 'says a text, under its own name',
    async run(bench) {
      const log = await answered(bench, [reply('Good morning')], (entries) => said(entries, BOT).length > 0)
      mustEqual(said(log, BOT), ['Good morning'], 'what it said')
    },
  },
  {
    title: 'says several things in the order it asked for them',
    async run(bench) {
      const texts = ['one', 'two', 'three', 'four', 'five']
      const log = await answered(
        bench,
        texts.map((text) => reply(text)),
        (entries) => said(entries, BOT).length === 5,
      )
      mustEqual(said(log, BOT), texts, 'what it said')
    },
  },
  {
    title: 'says one message of several parts',
    async run(bench) {
      const parts = [
        { kind: 'text' as const, text: 'Three teas' },
        { kind: 'card' as const, title: 'Longjing', text: 'chestnut', url: 'https://shop.example/longjing' },
        { kind: 'choices' as const, options: [{ id: 'a', label: 'A' }] },
      ]
      const log = await answered(bench, [{ kind: 'reply', parts }], (entries) => entries.some(isBots))
      const body = log.find(isBots)?.body
      must(body?.kind === 'message', 'it said nothing')
      mustEqual(
        body.parts.map(({ kind }) => kind),
        ['text', 'card', 'choices'],
        'the parts',
      )
    },
  },
  {
    title: 'answers a certain message by its number',
    async run(bench) {
      const log = await answered(bench, [{ ...reply('to that'), replyTo: 1 } as ActionInput], (all) => all.some(isBots))
      const body = log.find(isBots)?.body
      mustEqual(body?.kind === 'message' && body.replyTo, 1, 'what it answers')
    },
  },
  {
    title: 'leaves a note that the contact never sees',
    async run(bench) {
      const log = await answered(bench, [{ kind: 'note', text: 'asks often' }], (all) => ofKind(all, 'note').length > 0)
      mustEqual(said(log, BOT), [], 'what was said to the contact')
    },
  },
  {
    title: 'may note on notes of other bots, and is stopped where they would go on for ever',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      const ada = stage.contact('ada')
      const { conversation, seq } = await ada.say('hello')
      let event = `${conversation}:${seq}`
      const note = (key: string) => ({ key, event, actions: [{ kind: 'note' as const, text: `on ${event}` }] })
      const other = { kind: 'bot' as const, id: 'other' }
      for (let n = 0; n <= ASIDES_DEEP; n++) {
        const asked =
          n % 2 === 0 ? stage.relay.act(other, conversation, note(`n${n}`)) : end.act(conversation, note(`n${n}`))
        event = `${conversation}:${(await asked).results[0]?.seq}`
      }
      await mustRefuse(end.act(conversation, note('over')), 'forbidden')
      const again = await ada.say('hello again')
      event = `${conversation}:${again.seq}`
      await end.act(conversation, note('anew'))
      mustEqual(ofKind(await ada.log(), 'note').length, ASIDES_DEEP + 2, 'notes')
    },
  },
  {
    title: 'writes attributes of the conversation',
    async run(bench) {
      const set: ActionInput = { kind: 'set', attributes: { topic: 'delivery', urgent: true } }
      const log = await answered(bench, [set], (all) => ofKind(all, 'attributes').length > 0)
      const { attributes } = await bench.stage.conversation(log[0]?.conversation ?? '')
      mustEqual(attributes, { topic: 'delivery', urgent: true }, 'the attributes')
    },
  },
  {
    title: 'asks a form, a rating',
    async run(bench) {
      const form: ActionInput = { kind: 'ask', part: { kind: 'form', fields: [{ name: 'order', label: 'Order' }] } }
      const rating: ActionInput = { kind: 'ask', part: { kind: 'rating', scale: 'nps' } }
      const log = await answered(bench, [form, rating], (all) => all.filter(isBots).length === 2)
      const kinds = log.filter(isBots).map(({ body }) => body.kind === 'message' && body.parts[0]?.kind)
      mustEqual(kinds, ['form', 'rating'], 'what it asked')
    },
  },
  {
    title: 'shows that it types',
    async run(bench) {
      bench.end.turn = () => answer({ kind: 'typing', on: true }, reply('done'))
      const ada = bench.stage.contact('ada')
      await ada.say('hello')
      await ada.until((log) => said(log, BOT).length === 1, 'the answer')
      await ada.say('again')
      await eventually(() => ada.signals.some(({ kind }) => kind === 'typing'), 'the sign of typing')
    },
  },
  {
    title: 'shows a text while it grows, and leaves one message',
    async run({ stage, end }) {
      const { ada, conversation, event } = await leftOpen({ stage, end }, 'tell me')
      const text = 'The quick brown fox'
      for (let at = 4; at <= text.length; at += 5) {
        const actions: ActionInput[] = [{ kind: 'stream', key: 'grown', text: text.slice(0, at) }]
        await end.act(conversation, { key: `s${at}`, term: event.floor.term, actions })
      }
      const done: ActionInput[] = [{ kind: 'stream', key: 'grown', text, done: true }]
      await end.act(conversation, { key: 'done', term: event.floor.term, event: event.id, actions: done })
      await eventually(() => ada.signals.some(({ kind }) => kind === 'stream'), 'the growing text')
      mustEqual(said(await ada.log(), BOT), [text], 'what stays')
    },
  },
  {
    title: 'may say nothing, and keeps the floor',
    async run({ stage, end, within }) {
      end.turn = () => answer()
      const { conversation } = await stage.contact('ada').say('thanks')
      await heard(end, 1)
      await pause(within + 400)
      const { floor } = await stage.conversation(conversation)
      mustEqual(floor.holder, { kind: 'bot', id: BOT }, 'who has the floor')
    },
  },
  {
    title: 'takes an event at once and answers it later',
    async run({ stage, end, within }) {
      const { conversation, event } = await leftOpen({ stage, end }, 'slow question')
      await pause(within / 3)
      await end.act(conversation, {
        key: 'l',
        term: event.floor.term,
        event: event.id,
        actions: [reply('late, but there')],
      })
      await pause(within)
      const log = await stage.contact('ada').log()
      mustEqual([said(log, BOT), passedOn(log)], [['late, but there'], undefined], 'what is on the log')
    },
  },
  {
    title: 'gets its time again while it is seen to work',
    async run({ stage, end, within }) {
      const { conversation, event } = await leftOpen({ stage, end }, 'a hard one')
      for (let n = 0; n < 5; n++) {
        await pause(within / 2.5)
        await end.act(conversation, { key: `t${n}`, term: event.floor.term, actions: [{ kind: 'typing', on: true }] })
      }
      const actions = [reply('that took a while')]
      await end.act(conversation, { key: 'l', term: event.floor.term, event: event.id, actions })
      mustEqual(passedOn(await stage.contact('ada').log()), undefined, 'a hand-off')
    },
  },
  {
    title: 'is told the same when it repeats a request that moved the floor',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      const ada = stage.contact('ada')
      const { conversation } = await ada.say('hello')
      const { id, floor } = await heard(end, 1)
      const actions = [{ kind: 'typing', on: true }, reply('One moment.'), handoff] as const
      const request = { key: 'moves', term: floor.term, event: id, actions: [...actions] }
      const first = await end.act(conversation, request)
      const second = await end.act(conversation, request)
      const seqs = (result: typeof first) => result.results.map(({ seq }) => seq)
      mustEqual(seqs(second), seqs(first), 'what the repeat was told')
      mustEqual(said(await ada.log(), BOT), ['One moment.'], 'what it said')
    },
  },
  {
    title: 'is told when two actions of a request have one key',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      const { conversation } = await stage.contact('ada').say('hello')
      const { floor } = await heard(end, 1)
      const actions = [reply('one', 'same'), reply('two', 'same')]
      await mustRefuse(end.act(conversation, { key: 'twice', term: floor.term, actions }), 'invalid')
      mustEqual(said(await stage.contact('ada').log(), BOT), [], 'what it said')
    },
  },
  {
    title: 'says an answer once, however often the request is repeated',
    async run({ stage, end }) {
      const { conversation, event } = await leftOpen({ stage, end })
      const request = { key: 'once', term: event.floor.term, event: event.id, actions: [reply('once')] }
      const first = await end.act(conversation, request)
      const second = await end.act(conversation, request)
      mustEqual([first.results[0]?.duplicate, second.results[0]?.duplicate], [false, true], 'duplicate')
      mustEqual(second.results[0]?.seq, first.results[0]?.seq, 'the seq of the repeat')
      mustEqual(said(await stage.contact('ada').log(), BOT), ['once'], 'what it said')
    },
  },
  {
    title: 'says an answer once when the event came twice',
    async run({ stage, end }) {
      const { ada, conversation, event } = await leftOpen({ stage, end })
      const request = { key: event.id, term: event.floor.term, event: event.id, actions: [reply('a'), reply('b')] }
      await Promise.all([end.act(conversation, request), end.act(conversation, request)])
      mustEqual(said(await ada.log(), BOT), ['a', 'b'], 'what it said')
    },
  },
  {
    title: 'may use the same key in two conversations',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      for (const name of ['ada', 'bob']) {
        const { conversation, seq } = await stage.contact(name).say('hello')
        const event = `${conversation}:${seq}`
        await end.act(conversation, { key: 'same', event, actions: [reply(`for ${name}`)] })
        mustEqual(said(await stage.contact(name).log(), BOT), [`for ${name}`], 'what it said')
      }
    },
  },
  {
    title: 'cannot be kept from speaking by a contact who uses its keys',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      const ada = stage.contact('ada')
      const { conversation } = await ada.say('mine', 'taken')
      const event = await heard(end, 1)
      const { results } = await end.act(conversation, {
        key: 'r',
        event: event.id,
        actions: [{ ...reply('ours'), key: 'taken' } as ActionInput],
      })
      mustEqual(results[0]?.duplicate, false, 'duplicate')
    },
  },
  {
    title: 'changes and takes back what it said',
    async run({ stage, end }) {
      const { conversation, id, floor } = await leftOpen({ stage, end })
      const said = { key: 'a', event: id, actions: [reply('wrnog'), reply('oops')] }
      const { results } = await end.act(conversation, said)
      const [first = 0, second = 0] = results.map(({ seq }) => seq)
      const parts = [{ kind: 'text' as const, text: 'right' }]
      await end.act(conversation, {
        key: 'b',
        term: floor.term,
        actions: [
          { kind: 'edit', of: first, parts },
          { kind: 'recall', of: second },
        ],
      })
      const log = await stage.contact('ada').log()
      mustEqual([ofKind(log, 'edit').length, ofKind(log, 'recall').length], [1, 1], 'edits and recalls')
    },
  },
  {
    title: 'may not change what others said',
    async run({ stage, end }) {
      end.turn = () => ({ do: 'later' })
      const { conversation, seq } = await stage.contact('ada').say('my words')
      await heard(end, 1)
      await mustRefuse(end.act(conversation, { key: 'a', actions: [{ kind: 'recall', of: seq }] }), 'forbidden')
    },
  },
  {
    title: 'reads the log before the event, where it has the means',
    async run({ stage, end }) {
      const ada = stage.contact('ada')
      await ada.say('first')
      const { conversation } = await ada.say('second')
      await heard(end, 2)
      const headers = { authorization: `Bearer ${stage.token}` }
      const response = await fetch(`${stage.url}/v1/conversations/${conversation}/entries?after=0`, { headers })
      mustEqual(response.status, 200, 'the status')
      const { items } = (await response.json()) as { items: Entry[] }
      must(items.length >= 2, 'the log has too few entries')
    },
  },
]
