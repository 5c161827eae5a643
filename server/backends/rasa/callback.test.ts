import { afterEach, describe, expect, it } from 'vitest'
import { anna, CALLBACK_TOKEN, openRasaTalk, type RasaTalk } from './test-rasa-talk.ts'

let talk: RasaTalk
afterEach(() => talk.close())

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const callback = { channel: 'callback' as const }
const says = (...texts: string[]) => ({ says: texts.map((text) => ({ text })) })

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(`${talk.origin}${path}`, { method: 'POST', body: text, headers })
}

const own = `/backends/rasa/callback?token=${CALLBACK_TOKEN}`

describe('the callback channel', () => {
  it('brings each message in order, also those after the turn, under the same term', async () => {
    talk = await openRasaTalk(callback)
    talk.rasa.script('hello', says('One', 'Two'))
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 2)
    await talk.rasa.remind(conversation, { text: 'Still there?' })
    expect(await talk.said(conversation)).toEqual(['One', 'Two', 'Still there?'])
    expect(talk.rasa.callbacks).toEqual([200, 200, 200])
  })

  it('shows what is said at once, and asks Rasa once however long it takes', async () => {
    talk = await openRasaTalk({ ...callback, answerWithin: 1_000 })
    talk.rasa.script('hello', { ...says('At last.'), takes: 2_600 })
    const { conversation } = await talk.house.write('hello')
    await expect.poll(() => talk.rasa.asked.length).toBe(1)
    await talk.rasa.remind(conversation, { text: 'One moment.' })
    await talk.answers(conversation, 2)
    await sleep(300)
    expect(await talk.said(conversation)).toEqual(['One moment.', 'At last.'])
    expect(talk.rasa.asked).toHaveLength(1)
  })

  it('is refused and shows nothing once an agent has the floor', async () => {
    talk = await openRasaTalk(callback)
    talk.rasa.script('hello', { ...says('Too late.'), takes: 400 })
    const { conversation } = await talk.house.write('hello')
    await expect.poll(() => talk.rasa.asked.length).toBe(1)
    const parts = [{ kind: 'text' as const, text: 'I am Anna.' }]
    await talk.house.relay.act(anna, conversation, { key: 'r', actions: [{ kind: 'reply', parts }] })
    await expect.poll(() => talk.rasa.callbacks).toEqual([409])
    expect(await talk.said(conversation)).toEqual([])
    await talk.giveBack(conversation)
    await talk.rasa.remind(conversation, { text: 'Also of an old turn.' })
    expect(talk.rasa.callbacks).toEqual([409, 409])
  })

  it('says nothing twice when Rasa fails in the middle of a turn and is asked again', async () => {
    talk = await openRasaTalk(callback)
    talk.rasa.script('hello', { ...says('One', 'Two'), fails: true })
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 2)
    talk.rasa.script('hello', says('One', 'Two', 'Three'))
    await talk.answers(conversation, 3)
    expect(await talk.said(conversation)).toEqual(['One', 'Two', 'Three'])
    expect(talk.rasa.asked.length).toBeGreaterThan(1)
  })

  it('hands over by a custom payload, with a summary', async () => {
    talk = await openRasaTalk(callback)
    talk.rasa.script('I want a refund', { says: [{ text: 'One moment.' }, { custom: { handoff: true } }] })
    const { conversation } = await talk.house.write('I want a refund')
    expect((await talk.handedOn(conversation)).body).toMatchObject({ summary: '› I want a refund' })
    expect(await talk.said(conversation)).toEqual(['One moment.'])
  })

  it('hands over by an intent at the end of a turn that nobody waited for', async () => {
    talk = await openRasaTalk({ ...callback, answerWithin: 3_000, handoff: { intents: ['human'] } })
    talk.rasa.script('help', { intent: 'human', takes: 2_600, ...says('One moment.') })
    const { conversation } = await talk.house.write('help')
    expect((await talk.handedOn(conversation)).body).toMatchObject({ reason: 'intent: human', summary: '› help' })
  })

  it('leaves nobody with silence when Rasa never comes back', async () => {
    talk = await openRasaTalk({ ...callback, answerWithin: 1_000 })
    talk.rasa.script('hello', { takes: 60_000 })
    const { conversation } = await talk.house.write('hello')
    const { body } = await talk.handedOn(conversation)
    expect(body).toMatchObject({ reason: 'rasa gave no answer in 1000 ms' })
  })

  it('accepts an empty turn where silence is accepted', async () => {
    talk = await openRasaTalk({ ...callback, answerWithin: 1_000, silence: 'accept' })
    const { conversation } = await talk.house.write('thanks')
    await sleep(1_400)
    expect(await talk.house.log(conversation)).toHaveLength(1)
  })
})

describe('the floor coming back on the callback channel', () => {
  it('waits for what the contact says next, and is kept', async () => {
    talk = await openRasaTalk({ ...callback, answerWithin: 1_000, resume: {} })
    talk.rasa.script('help', { says: [{ custom: { handoff: true } }], pauses: true })
    talk.rasa.script('thanks', says('You are welcome.'))
    const { conversation } = await talk.house.write('help')
    await talk.handedOn(conversation)
    await talk.giveBack(conversation)
    await sleep(1_400)
    expect(talk.rasa.asked).toHaveLength(1)
    await talk.house.write('thanks')
    await talk.answers(conversation, 1)
    expect(await talk.said(conversation)).toEqual(['You are welcome.'])
  })

  it('is not Rasa’s to speak in before it was asked again', async () => {
    talk = await openRasaTalk(callback)
    talk.rasa.script('help', { says: [{ text: 'Wait.' }, { custom: { handoff: true } }] })
    const { conversation } = await talk.house.write('help')
    await talk.handedOn(conversation)
    await talk.giveBack(conversation)
    await talk.rasa.remind(conversation, { text: 'A reminder of before.' })
    expect(talk.rasa.callbacks.at(-1)).toBe(409)
    expect(await talk.said(conversation)).toEqual(['Wait.'])
  })
})

describe('the address for callbacks', () => {
  it('takes nothing without its token, from wherever it comes', async () => {
    talk = await openRasaTalk(callback)
    talk.rasa.script('hello', says('Hi'))
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 1)
    const forged = { recipient_id: conversation, text: 'forged' }
    expect((await post('/backends/rasa/callback', forged)).status).toBe(401)
    expect((await post(`/backends/rasa/callback?token=${CALLBACK_TOKEN}x`, forged)).status).toBe(401)
    expect((await post('/backends/rasa/callback', forged, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect(await talk.said(conversation)).toEqual(['Hi'])
    const real = { recipient_id: conversation, text: 'real' }
    const authorization = `Bearer ${CALLBACK_TOKEN}`
    expect((await post('/backends/rasa/callback', real, { authorization })).status).toBe(200)
    expect(await talk.said(conversation)).toEqual(['Hi', 'real'])
  })

  it('refuses conversations that Rasa was not asked in, bodies that are no message, and large ones', async () => {
    talk = await openRasaTalk(callback)
    expect((await post(own, { recipient_id: 'v_unknown', text: 'Hi' })).status).toBe(404)
    expect((await post(own, 'no json')).status).toBe(400)
    expect((await post(own, { text: 'Hi' })).status).toBe(400)
    expect((await post(own, { recipient_id: 'v_unknown', text: 'x'.repeat(300_000) })).status).toBe(413)
  })
})
