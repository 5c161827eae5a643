import type { Event } from '@hutong/core/backend'
import { wordsOf } from '../backends/words-of.ts'
import { eventually, must, mustEqual, pause, said } from './case.ts'
import { textBody } from './stage.ts'
import { answer, BOT, type End, type Rule, reply, type WireBench } from './wire-bench.ts'

/** What reaches a backend, when, and how often. */
export const receiptRules: readonly Rule[] = [
  {
    title: 'hears what a contact writes while it has the floor',
    async run({ stage, end }) {
      const { conversation } = await stage.contact('ada').say('hello')
      const event = await heard(end, 1)
      mustEqual([event.conversation, wordsOf(event.entry)], [conversation, 'hello'], 'the event')
    },
  },
  {
    title: 'is told the site, the contact, the position and the floor with each event',
    async run({ stage, end }) {
      const { conversation } = await stage.contact('ada').say('hello')
      const event = await heard(end, 1)
      const { contact, site, floor } = await stage.conversation(conversation)
      mustEqual({ ...event.floor }, floor, 'the floor')
      mustEqual([event.id, event.site, event.contact], [`${conversation}:1`, site, contact], 'the event')
      must(event.position > 0, 'the position is no number above 0')
    },
  },
  {
    title: 'hears its events of a conversation in the order of the log',
    async run({ stage, end }) {
      const ada = stage.contact('ada')
      for (let n = 0; n < 8; n++) await ada.say(`m${n}`)
      await heard(end, 8)
      mustEqual(
        end.heard.map(({ entry }) => wordsOf(entry)),
        Array.from({ length: 8 }, (_, n) => `m${n}`),
        'what was heard',
      )
    },
  },
  {
    title: 'has one event of a conversation under way at a time, but for a stop',
    async run({ stage, end }) {
      let under = 0
      let most = 0
      end.turn = async () => {
        most = Math.max(most, ++under)
        await pause(20)
        under -= 1
        return answer()
      }
      const ada = stage.contact('ada')
      for (let n = 0; n < 5; n++) await ada.say(`m${n}`)
      await heard(end, 5)
      mustEqual(most, 1, 'events under way at once')
    },
  },
  {
    title: 'has many conversations side by side',
    async run({ stage, end }) {
      const release = Promise.withResolvers<void>()
      end.turn = async () => {
        await release.promise
        return answer()
      }
      for (let n = 0; n < 20; n++) await stage.contact(`c${n}`).say('hello')
      await heard(end, 20)
      mustEqual(new Set(end.heard.map(({ conversation }) => conversation)).size, 20, 'conversations under way')
      release.resolve()
    },
  },
  {
    title: 'answers others while one conversation is slow',
    async run({ stage, end }) {
      const release = Promise.withResolvers<void>()
      end.turn = async ({ entry }) => {
        if (wordsOf(entry) === 'slow') await release.promise
        return answer(reply('here'))
      }
      await stage.contact('slow').say('slow')
      await stage.contact('quick').say('quick')
      await stage.contact('quick').until((log) => said(log, BOT).length > 0, 'the quick answer')
      release.resolve()
      await stage.contact('slow').until((log) => said(log, BOT).length > 0, 'the slow answer')
    },
  },
  {
    title: 'hears the same event again, unchanged, when it broke the first time',
    within: 15_000,
    async run({ stage, end }) {
      let tries = 0
      end.turn = () => (tries++ === 0 ? { do: 'fail' } : answer(reply('now it works')))
      await stage.contact('ada').say('hello')
      await heard(end, 2)
      mustEqual(end.heard[1], end.heard[0], 'the event that came again')
      await stage.contact('ada').until((log) => said(log, BOT).length === 1, 'the answer')
    },
  },
  {
    title: 'hears the next event only after the one that broke',
    within: 15_000,
    async run({ stage, end }) {
      let tries = 0
      end.turn = () => (tries++ === 0 ? { do: 'fail' } : answer())
      await stage.contact('ada').say('first')
      await stage.contact('ada').say('second')
      await heard(end, 3)
      mustEqual(
        end.heard.map(({ entry }) => wordsOf(entry)),
        ['first', 'first', 'second'],
        'what was heard',
      )
    },
  },
  {
    title: 'hears an event once when it took it at once',
    async run({ stage, end }) {
      await stage.contact('ada').say('hello')
      await heard(end, 1)
      await pause(400)
      mustEqual(end.heard.length, 1, 'times heard')
    },
  },
  {
    title: 'hears an event that it had not taken when the relay went down, once the relay is back',
    within: 30_000,
    async run({ stage, end }) {
      let tries = 0
      end.turn = () => (tries++ === 0 ? { do: 'hang' } : answer(reply('after the restart')))
      await stage.contact('ada').say('hello')
      await heard(end, 1)
      await stage.restart()
      await end.lose()
      await stage.contact('ada').until((log) => said(log, BOT).length === 1, 'the answer after the restart')
    },
  },
  {
    title: 'hears what was written while its connection was lost',
    async run({ stage, end }) {
      const lost = end.lose()
      await stage.contact('ada').say('are you there?')
      await lost
      await stage.contact('ada').until((log) => said(log, BOT).length === 1, 'the answer')
    },
  },
  {
    title: 'hears which option was picked',
    async run({ stage, end }) {
      end.turn = ({ entry }) =>
        entry.body.kind === 'message' && entry.body.choice
          ? answer(reply(`picked ${entry.body.choice.id}`))
          : answer({ kind: 'reply', parts: [{ kind: 'choices', options: [{ id: 'tea', label: 'Tea' }] }] })
      const ada = stage.contact('ada')
      await ada.say('menu')
      const [offer] = (await ada.until((log) => said(log, BOT).length === 1, 'the menu')).filter(isBots)
      await ada.say({ ...message('Tea'), choice: { of: offer?.seq ?? 0, id: 'tea' } })
      await ada.until((log) => said(log, BOT).includes('picked tea'), 'the answer to the choice')
    },
  },
  {
    title: 'hears the answers to its form',
    async run({ stage, end }) {
      end.turn = ({ entry }) =>
        entry.body.kind === 'answer'
          ? answer(reply(`order ${entry.body.values.order}`))
          : answer({ kind: 'ask', part: { kind: 'form', fields: [{ name: 'order', label: 'Order', required: true }] } })
      const ada = stage.contact('ada')
      await ada.say('refund')
      const [form] = (await ada.until((log) => log.some(isBots), 'the form')).filter(isBots)
      await ada.say({ kind: 'answer', of: form?.seq ?? 0, values: { order: '4711' } })
      await ada.until((log) => said(log, BOT).includes('order 4711'), 'the answer to the form')
    },
  },
  {
    title: 'hears the rating it asked for',
    async run({ stage, end }) {
      end.turn = ({ entry }) =>
        entry.body.kind === 'rating'
          ? answer(reply(`thank you for ${entry.body.score}`))
          : answer({ kind: 'ask', part: { kind: 'rating', scale: 'csat' } })
      const ada = stage.contact('ada')
      await ada.say('bye')
      const [asked] = (await ada.until((log) => log.some(isBots), 'the question')).filter(isBots)
      await ada.say({ kind: 'rating', of: asked?.seq ?? 0, scale: 'csat', score: 4 })
      await ada.until((log) => said(log, BOT).includes('thank you for 4'), 'the thanks')
    },
  },
  {
    title: 'hears stop as an event of its own',
    async run({ stage, end }) {
      end.turn = ({ entry }) => (entry.body.kind === 'stop' ? answer() : { do: 'later' })
      const ada = stage.contact('ada')
      await ada.say('tell me everything')
      await heard(end, 1)
      await ada.say({ kind: 'stop' })
      await eventually(() => end.heard.some(({ entry }) => entry.body.kind === 'stop'), 'the stop')
    },
  },
  {
    title: 'hears stop while it is busy with what is stopped, and the next question when it is not any more',
    async run({ stage, end }) {
      const release = Promise.withResolvers<void>()
      end.turn = async ({ entry }) => {
        if (entry.body.kind === 'stop') return answer()
        if (wordsOf(entry) !== 'tell me everything') return answer(reply('gladly'))
        await release.promise
        return answer(reply('too late'))
      }
      const ada = stage.contact('ada')
      await ada.say('tell me everything')
      await heard(end, 1)
      await ada.say({ kind: 'stop' })
      await eventually(() => end.heard.some(({ entry }) => entry.body.kind === 'stop'), 'the stop')
      await ada.say('what is it, in a word?')
      await pause(100)
      mustEqual(end.heard.length, 2, 'what was heard while it was busy')
      release.resolve()
      await ada.until((log) => said(log, BOT).includes('gladly'), 'the answer to the next question')
      mustEqual(said(await ada.log(), BOT), ['gladly'], 'what it said')
    },
  },
  {
    title: 'does not hear notes, its own words or what others say',
    async run({ stage, end }) {
      const { conversation } = await stage.contact('ada').say('hello')
      await stage.contact('ada').until((log) => said(log, BOT).length === 1, 'the answer')
      await stage.agent(conversation, { kind: 'note', text: 'a good customer' })
      await pause(300)
      mustEqual(
        end.heard.map(({ entry }) => entry.from.kind),
        ['contact'],
        'whose entries were heard',
      )
    },
  },
  {
    title: 'hears every sign as it was written: Chinese, emoji, odd white space and 8,000 characters',
    async run({ stage, end }) {
      const texts = [
        '不用转人工，问退货',
        '👨‍👩‍👧‍👦 naïve Ω',
        ' two  spaces\n\tand a tab ',
        '<b>&amp;</b> "\\',
        '汉'.repeat(8_000),
      ]
      for (const [n, text] of texts.entries()) await stage.contact(`c${n}`).say(text)
      await heard(end, texts.length)
      const words = end.heard.map(({ entry: { body } }) =>
        body.kind === 'message' && body.parts[0]?.kind === 'text' ? body.parts[0].text : '',
      )
      mustEqual(words.toSorted(), texts.toSorted(), 'what was heard')
    },
  },
  {
    title: 'hears pictures, files and places as parts, not as text',
    async run({ stage, end }) {
      const url = 'https://pictures.example/leaf.jpg'
      await stage.contact('ada').say({
        kind: 'message',
        parts: [
          { kind: 'image', url },
          { kind: 'location', latitude: 39.9, longitude: 116.4 },
        ],
      })
      const { entry } = await heard(end, 1)
      must(entry.body.kind === 'message', 'it was no message')
      mustEqual(
        entry.body.parts.map(({ kind }) => kind),
        ['image', 'location'],
        'the parts',
      )
    },
  },
]

export function isBots({ from }: { from: { kind: string; id: string } }): boolean {
  return from.kind === 'bot' && from.id === BOT
}

function message(text: string) {
  return textBody(text) as Extract<ReturnType<typeof textBody>, { kind: 'message' }>
}

/** Resolves with the first event once so many came. */
export async function heard(end: End, count: number): Promise<Event> {
  await eventually(
    () => end.heard.length >= count,
    `${count} events, of which ${end.heard.length} came at first`,
    10_000,
  )
  return end.heard[0] as Event
}

/** A contact says something that the backend takes and leaves open. */
export async function leftOpen({ stage, end }: Pick<WireBench, 'stage' | 'end'>, words = 'hello') {
  end.turn = () => ({ do: 'later' })
  const ada = stage.contact('ada')
  await ada.say(words)
  const event = await heard(end, 1)
  return { ada, event, ...event }
}
