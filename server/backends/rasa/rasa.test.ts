import { createMemoryAdapter, createMemoryPlatform } from '@hutong/core/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { webChannel } from '../../test-relay.ts'
import { anna, openRasaTalk, type RasaTalk, textOf } from './test-rasa-talk.ts'

let talk: RasaTalk
afterEach(() => talk.close())

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a question to Rasa', () => {
  it('is answered with all its messages, in order', async () => {
    talk = await openRasaTalk()
    talk.rasa.script('hello', { says: [{ text: 'One\n\nTwo' }, { text: '' }, { text: 'Three' }] })
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 3)
    expect(await talk.said(conversation)).toEqual(['One', 'Two', 'Three'])
    const [asked] = talk.rasa.asked
    expect(asked).toMatchObject({
      sender: conversation,
      metadata: { hutong: { event: `${conversation}:1`, site: 'shop' } },
    })
  })

  it.each(['rest', 'callback'] as const)('shows that somebody is at work over %s', async (channel) => {
    talk = await openRasaTalk({ channel })
    talk.rasa.script('hello', { takes: 200, says: [{ text: 'Hi' }] })
    const { conversation } = await talk.house.write('first')
    await talk.handedOn(conversation)
    await talk.giveBack(conversation)
    const seen: string[] = []
    const stop = talk.house.relay.follow(conversation, {
      entries: (entries) => entries.forEach(({ body }) => void seen.push(body.kind)),
      signal: ({ kind }) => void seen.push(kind),
    })
    await talk.house.write('hello')
    await talk.answers(conversation, 1)
    stop()
    expect(seen.filter((kind) => kind === 'typing' || kind === 'message')).toEqual(['message', 'typing', 'message'])
  })

  it('brings buttons whose payload Rasa hears, and pictures', async () => {
    talk = await openRasaTalk()
    const payload = '/order_status{"order":"100 234"}'
    talk.rasa.script('hello', {
      says: [
        {
          text: 'Which?',
          buttons: [
            { title: 'The first', payload },
            { title: 'None', payload: 'none' },
          ],
        },
        { image: 'https://shop.example/map.png' },
      ],
    })
    talk.rasa.script(payload, { says: [{ text: 'On its way.' }] })
    const { conversation } = await talk.house.write('hello')
    const log = await talk.answers(conversation, 2)
    const [offer, picture] = log.flatMap(({ body, from, seq }) =>
      body.kind === 'message' && from.kind === 'bot' ? [{ seq, part: body.parts[0] }] : [],
    )
    expect(picture?.part).toEqual({ kind: 'image', url: 'https://shop.example/map.png' })
    const options = offer?.part?.kind === 'choices' ? offer.part.options : []
    expect(options).toMatchObject([{ label: 'The first' }, { id: 'none', label: 'None' }])
    await talk.house.write({
      kind: 'message',
      parts: [{ kind: 'text', text: 'The first', format: 'plain' }],
      choice: { of: offer?.seq ?? 0, id: options[0]?.id ?? '' },
    })
    await talk.answers(conversation, 3)
    expect(talk.rasa.asked.map(({ message }) => message)).toEqual(['hello', payload])
  })

  it('understands "2" where a channel has no buttons', async () => {
    const platform = createMemoryPlatform()
    const plain = createMemoryAdapter({ platform, channel: 'sms', capabilities: { parts: ['text'] } })
    const sms = {
      ...plain,
      open: (host: Parameters<typeof plain.open>[0]) =>
        plain.open({ ...host, receive: (one) => host.receive({ ...one, site: 'shop' }) }),
    }
    talk = await openRasaTalk({}, { adapters: [webChannel, sms] })
    talk.rasa.script('hello', {
      says: [
        {
          text: 'Which?',
          buttons: [
            { title: 'Red', payload: '/red' },
            { title: 'Blue', payload: '/blue{"a":1}' },
          ],
        },
      ],
    })
    talk.rasa.script('/blue{"a":1}', { says: [{ text: 'Blue it is.' }] })
    const push = (id: string, text: string) =>
      platform.push({ id, from: '+1', at: 0, message: { parts: [{ kind: 'text', text, format: 'plain' }] } })
    await push('1', 'hello')
    await expect.poll(() => platform.inbox('+1').length).toBe(1)
    expect(platform.inbox('+1')[0]?.parts).toMatchObject([{ text: 'Which?\n1. Red\n2. Blue' }])
    await push('2', '2')
    await expect.poll(() => platform.inbox('+1').length).toBe(2)
    expect(talk.rasa.asked.at(-1)?.message).toBe('/blue{"a":1}')
  })

  it.each(['rest', 'callback'] as const)(
    'takes the number or the label of a button of the last answer for it, over %s',
    async (channel) => {
      talk = await openRasaTalk({ channel })
      const buttons = [
        { title: 'Red', payload: '/red' },
        { title: 'Blue', payload: '/blue{"a":1}' },
      ]
      talk.rasa.script('hello', { says: [{ text: 'Which?', buttons }] })
      talk.rasa.script('/blue{"a":1}', { says: [{ text: 'And now?', buttons }] })
      talk.rasa.script('/red', { says: [{ text: 'Red it is.' }] })
      talk.rasa.script('2', { says: [{ text: 'Two of them.' }] })
      const { conversation } = await talk.house.write('hello')
      for (const [at, typed] of ['2', 'red!', '2'].entries()) {
        await talk.answers(conversation, at + 1)
        await talk.house.write(typed)
      }
      await talk.answers(conversation, 4)
      expect(talk.rasa.asked.map(({ message }) => message)).toEqual(['hello', '/blue{"a":1}', '/red', '2'])
    },
  )

  it('hands over where the number of a button that hands over is typed', async () => {
    talk = await openRasaTalk({ handoff: { payloads: ['/ask_human'] } })
    talk.rasa.script('hello', { says: [{ text: 'Well?', buttons: [{ title: 'Pass me on', payload: '/ask_human' }] }] })
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 1)
    await talk.house.write('1')
    await talk.handedOn(conversation)
    expect(talk.rasa.asked).toHaveLength(1)
  })

  it.each(['/restart', '\x1f/restart', '\x85/restart', '\u2003\u200b/restart'])(
    'never lets a contact type an intent of Rasa: %j',
    async (typed) => {
      talk = await openRasaTalk()
      talk.rasa.script('／restart', { says: [{ text: 'Pardon?' }] })
      const { conversation } = await talk.house.write(typed)
      await talk.answers(conversation, 1)
      expect(talk.rasa.asked[0]?.message).toBe('／restart')
      expect(talk.rasa.tracker(conversation).events.find(({ event }) => event === 'user')).toMatchObject({
        parse_data: { intent: { name: 'nlu_fallback' } },
      })
    },
  )

  it('loses only what is hostile of an answer, and tells the agents', async () => {
    talk = await openRasaTalk()
    const says = [
      { text: 'Look:' },
      { image: 'javascript:alert(1)' },
      { text: 'Choose', buttons: [{ title: 'Go', url: 'javascript:alert(1)' }, { payload: '/no_title' }, 7] },
      { custom: { hutong: { kind: 'image', file: 'f_of_somebody_else' } } },
      { custom: { unknown: true } },
      { text: 'x'.repeat(900_000) },
      { text: 'Done.' },
    ]
    talk.rasa.script('hello', { says })
    const { conversation } = await talk.house.write('hello')
    const log = await talk.house.until(conversation, (all) => all.some(({ body }) => body.kind === 'note'))
    const said = await talk.said(conversation)
    expect(said.map((text) => text.slice(0, 10))).toEqual(['Look:', 'Choose', 'x'.repeat(10), 'Done.'])
    const note = log.find(({ body }) => body.kind === 'note')?.body
    expect(note).toMatchObject({
      text: expect.stringMatching(/"image".*buttons.*"card".*file: give url.*custom.*876000 signs/s),
    })
  })

  it('brings cards, files, and parts of our own in custom payloads', async () => {
    talk = await openRasaTalk()
    talk.rasa.script('hello', {
      says: [
        {
          elements: [
            {
              title: 'Shoe',
              subtitle: 'Red',
              image_url: 'https://shop.example/s.png',
              buttons: [{ title: 'Buy', payload: '/buy' }],
            },
          ],
        },
        { attachment: { type: 'video', payload: { src: 'https://shop.example/v.mp4' } } },
        {
          custom: {
            hutong: [
              { kind: 'location', latitude: 31.2, longitude: 121.5 },
              { kind: 'rating', scale: 'nps' },
            ],
          },
        },
      ],
    })
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 4)
    expect(await talk.said(conversation)).toEqual(['[card]', '[video]', '[location]', '[rating]'])
  })
})

describe('a score', () => {
  const asking = { says: [{ custom: { hutong: { kind: 'rating', scale: 'csat' } } }] }

  it.each(['rest', 'callback'] as const)(
    'that Rasa asked for reaches it with its comment, over %s',
    async (channel) => {
      talk = await openRasaTalk({ channel })
      talk.rasa.script('bye', asking)
      talk.rasa.script('2\nToo slow', { says: [{ text: 'I am sorry.' }] })
      const { conversation } = await talk.house.write('bye')
      await talk.answers(conversation, 1)
      await talk.house.write({ kind: 'rating', of: 2, scale: 'csat', score: 2, comment: 'Too slow' })
      await talk.answers(conversation, 2)
      expect(await talk.said(conversation)).toEqual(['[rating]', 'I am sorry.'])
    },
  )

  it('is not followed by people when Rasa has nothing to say to it', async () => {
    talk = await openRasaTalk()
    talk.rasa.script('bye', asking)
    const { conversation } = await talk.house.write('bye')
    await talk.answers(conversation, 1)
    await talk.house.write({ kind: 'rating', scale: 'csat', score: 5 })
    await expect.poll(() => talk.rasa.asked.at(-1)?.message).toBe('5')
    await sleep(100)
    expect((await talk.house.store.conversation(conversation))?.floor.holder).toEqual({ kind: 'bot', id: 'rasa' })
  })

  it('that a person asked for is not for Rasa', async () => {
    talk = await openRasaTalk()
    talk.rasa.script('thanks', { says: [{ text: 'You are welcome.' }] })
    const { conversation } = await talk.house.write('hello')
    await talk.handedOn(conversation)
    const part = { kind: 'rating' as const, scale: 'csat' as const }
    await talk.house.relay.act(anna, conversation, { key: 'rate', actions: [{ kind: 'ask', part }] })
    await talk.giveBack(conversation)
    await talk.house.write({ kind: 'rating', scale: 'csat', score: 5 })
    await talk.house.write('thanks')
    await talk.answers(conversation, 1)
    expect(talk.rasa.asked.map(({ message }) => message)).toEqual(['hello', 'thanks'])
  })
})

describe('a hand-off by Rasa', () => {
  it('comes from an intent', async () => {
    talk = await openRasaTalk({ handoff: { intents: ['ask_human'] } })
    talk.rasa.script('I am angry', { intent: 'ask_human', says: [{ text: 'One moment.' }] })
    const { conversation } = await talk.house.write('I am angry')
    const { body } = await talk.handedOn(conversation)
    expect(body).toMatchObject({ reason: 'intent: ask_human', summary: '› I am angry' })
    expect(await talk.said(conversation)).toEqual(['One moment.'])
  })

  it('comes from an action that ran, with the token of its tracker', async () => {
    const token = 'the token of Rasa'
    talk = await openRasaTalk({ token, handoff: { actions: ['action_human'] } }, { fake: { token } })
    talk.rasa.script('help', { actions: ['utter_wait', 'action_human'], says: [{ text: 'One moment.' }] })
    const { conversation } = await talk.house.write('help')
    expect((await talk.handedOn(conversation)).body).toMatchObject({ reason: 'action: action_human' })
  })

  it('comes from a flow that began', async () => {
    talk = await openRasaTalk({ handoff: { actions: ['pattern_human_handoff'] } })
    talk.rasa.script('help', { flows: ['pattern_human_handoff'], says: [{ text: 'One moment.' }] })
    const { conversation } = await talk.house.write('help')
    expect((await talk.handedOn(conversation)).body).toMatchObject({ reason: 'action: pattern_human_handoff' })
  })

  it('is not taken from an action of an earlier turn', async () => {
    talk = await openRasaTalk({ handoff: { actions: ['action_human'], intents: ['human'] }, resume: {} })
    talk.rasa.script('help', { intent: 'human', actions: ['action_human'], says: [{ text: 'One moment.' }] })
    talk.rasa.script('thanks', { intent: 'thank', says: [{ text: 'You are welcome.' }] })
    const { conversation } = await talk.house.write('help')
    await talk.handedOn(conversation)
    await talk.giveBack(conversation)
    await talk.house.write('thanks')
    await talk.answers(conversation, 2)
    await sleep(100)
    const floor = (await talk.house.store.conversation(conversation))?.floor
    expect(floor?.holder).toEqual({ kind: 'bot', id: 'rasa' })
  })

  it('comes from a custom payload, with its own summary', async () => {
    talk = await openRasaTalk()
    const handoff = { reason: 'refund', summary: 'Order 100234, wants a refund' }
    talk.rasa.script('help', { says: [{ text: 'One moment.' }, { custom: { handoff } }] })
    const { conversation } = await talk.house.write('help')
    expect((await talk.handedOn(conversation)).body).toMatchObject(handoff)
  })

  it('comes from a button, also while Rasa is down, and from no typed word', async () => {
    talk = await openRasaTalk({ handoff: { payloads: ['people'] } })
    talk.rasa.script('hello', { says: [{ text: 'Hi', buttons: [{ title: 'A person', payload: 'people' }] }] })
    talk.rasa.script('people', { says: [{ text: 'Which people?' }] })
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 1)
    await talk.house.write('people')
    await talk.answers(conversation, 2)
    talk.rasa.fault('/webhooks', { status: 500 }, { status: 500 }, { status: 500 })
    await talk.house.write({
      kind: 'message',
      parts: [{ kind: 'text', text: 'A person', format: 'plain' }],
      choice: { of: 2, id: 'people' },
    })
    expect((await talk.handedOn(conversation)).from).toMatchObject({ kind: 'bot', id: 'rasa' })
  })

  it('follows an answer that says nothing, unless that is accepted', async () => {
    talk = await openRasaTalk()
    const { conversation } = await talk.house.write('hello')
    expect((await talk.handedOn(conversation)).body).toMatchObject({ reason: 'rasa said nothing' })
    await talk.close()
    talk = await openRasaTalk({ silence: 'accept' })
    const second = await talk.house.write('hello')
    await expect.poll(() => talk.rasa.asked.length).toBe(1)
    await sleep(100)
    expect(await talk.house.log(second.conversation)).toHaveLength(1)
  })
})

describe('the floor coming back to Rasa', () => {
  it('wakes its tracker and tells it what was said meanwhile', async () => {
    talk = await openRasaTalk({ resume: { pause: true, tell: true } })
    talk.rasa.script('help', { says: [{ custom: { handoff: true } }] })
    talk.rasa.script('thanks', { says: [{ text: 'You are welcome.' }] })
    const { conversation } = await talk.house.write('help')
    await talk.handedOn(conversation)
    expect(talk.rasa.tracker(conversation).paused).toBe(true)
    await talk.house.write('are you there?')
    const parts = [{ kind: 'text' as const, text: 'Yes, I am Anna.' }]
    await talk.house.relay.act(anna, conversation, { key: 'r', actions: [{ kind: 'reply', parts }] })
    await talk.giveBack(conversation)
    await expect.poll(() => talk.rasa.tracker(conversation).paused).toBe(false)
    const events = talk.rasa.tracker(conversation).events.slice(-4)
    expect(events).toMatchObject([
      { event: 'pause' },
      { event: 'user', text: 'are you there?' },
      { event: 'bot', text: 'Yes, I am Anna.', metadata: { hutong: { from: 'agent' } } },
      { event: 'resume' },
    ])
    await talk.house.write('thanks')
    await talk.answers(conversation, 1)
    expect(await talk.said(conversation)).toEqual(['You are welcome.'])
  })

  it('wakes it also when a closed conversation opens again', async () => {
    talk = await openRasaTalk({ resume: {} })
    talk.rasa.script('help', { says: [{ text: 'Wait.' }, { custom: { handoff: true } }], pauses: true })
    talk.rasa.script('hello again', { says: [{ text: 'Hi.' }] })
    const { conversation } = await talk.house.write('help')
    await talk.handedOn(conversation)
    await talk.house.relay.act(anna, conversation, { key: 'c', actions: [{ kind: 'close' }] })
    await talk.house.write('hello again')
    await talk.answers(conversation, 2)
    expect(await talk.said(conversation)).toEqual(['Wait.', 'Hi.'])
  })

  it('goes to people all the same when the tracker cannot be paused', async () => {
    talk = await openRasaTalk({ resume: { pause: true } })
    talk.rasa.fault('/tracker', { status: 500 })
    talk.rasa.script('help', { says: [{ custom: { handoff: true } }] })
    const { conversation } = await talk.house.write('help')
    await talk.handedOn(conversation)
  })

  it.each([[[]], [['I do not know.']]])(
    'answers what another backend left unanswered, which said %j',
    async (words) => {
      const parts = words.map((text) => ({ kind: 'text' as const, text }))
      const says = parts.length > 0 ? [{ kind: 'reply' as const, parts }] : []
      const passes = {
        name: 'first',
        handle: async () => [...says, { kind: 'handoff' as const, to: { kind: 'next' as const } }],
      }
      talk = await openRasaTalk({}, { backends: [passes], routing: ['first', 'rasa', 'desk'] })
      talk.rasa.script('where is it?', { says: [{ text: 'On its way.' }] })
      const { conversation } = await talk.house.write('where is it?')
      const log = await talk.answers(conversation, 1)
      expect(log.map(textOf).filter((text) => text !== '')).toEqual(['where is it?', ...words, 'On its way.'])
    },
  )
})
