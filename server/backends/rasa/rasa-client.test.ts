import { afterEach, describe, expect, it } from 'vitest'
import { createRasaBackend } from './rasa.ts'
import { rasaOptions } from './rasa-options.ts'
import { openRasaTalk, type RasaTalk } from './test-rasa-talk.ts'

let talk: RasaTalk
afterEach(() => talk.close())

const hi = { says: [{ text: 'Hi' }] }

/** What agents and operators read after a customer wrote. */
async function reasonAfter(more: Parameters<typeof openRasaTalk>[0], fake = {}): Promise<string> {
  talk = await openRasaTalk(more, { fake })
  talk.rasa.script('hello', hi)
  return reasonNow()
}

async function reasonNow(): Promise<string> {
  const { conversation } = await talk.house.write('hello')
  const { body } = await talk.handedOn(conversation)
  return (body.kind === 'handoff' && body.reason) || ''
}

describe('a mistake in the settings', () => {
  it('is named with its remedy when Rasa has not got the channel', async () => {
    expect(await reasonAfter({}, { credentials: {} })).toContain('put "rest:" into its credentials.yml')
  })

  it('is named when Rasa has no HTTP API, and what Rasa said stands', async () => {
    const reason = await reasonAfter({ handoff: { intents: ['human'] } }, { api: false })
    expect(reason).toContain('start it with --enable-api')
    const [asked] = talk.rasa.asked
    expect(await talk.said(asked?.sender ?? '')).toEqual(['Hi'])
  })

  it('is named without the token that Rasa refuses', async () => {
    const more = { token: 'the-wrong-one', handoff: { intents: ['human'] } }
    const reason = await reasonAfter(more, { token: 'the-right-one' })
    expect(reason).toContain('--auth-token')
    expect(reason).not.toContain('the-wrong-one')
  })

  it('is named without what a proxy repeats of the credentials', async () => {
    talk = await openRasaTalk({ authorization: 'Bearer of-secrets' })
    const body = { message: 'no right to this: Bearer of-secrets' }
    talk.rasa.fault('/webhooks', { status: 403, body })
    const reason = await reasonNow()
    expect(reason).toContain('no right to this: Bearer …')
    expect(reason).not.toContain('of-secrets')
  })

  it('is named when Rasa sends on to another address, and nobody follows', async () => {
    talk = await openRasaTalk()
    talk.rasa.fault('/webhooks', { status: 302, headers: { location: `${talk.rasa.url}/webhooks/rest/webhook` } })
    expect(await reasonNow()).toContain('give the final one')
    expect(talk.rasa.asked).toEqual([])
  })

  it('is seen before anything starts', () => {
    talk = { close: async () => undefined } as RasaTalk
    const wrong = [
      { url: 'http://user:password@rasa:5005' },
      { url: 'http://rasa:5005?token=1' },
      { url: 'http://rasa:5005', channel: 'callback' },
      { url: 'http://rasa:5005', channel: 'callback', callbackToken: 'short' },
      { url: 'http://rasa:5005', authorization: 'a\nb: c' },
      { url: 'http://rasa:5005', jwt: 'x' },
    ]
    expect(wrong.map((one) => rasaOptions.safeParse(one).success)).toEqual(wrong.map(() => false))
    expect(createRasaBackend('bot', { url: 'http://rasa:5005/' }).name).toBe('bot')
  })
})

describe('a Rasa that fails', () => {
  const failures = [
    ['fails', { status: 500 }],
    ['has loaded no model', { status: 409, body: { message: 'No agent loaded.' } }],
    ['answers no JSON', { status: 200, raw: '<html>' }],
    ['answers something else than messages', { status: 200, body: { ok: true } }],
    ['hangs up', { status: 0 }],
    ['asks to slow down', { status: 429, headers: { 'retry-after': '1' } }],
  ] as const

  it.each(failures)('is asked again when it %s, and then answers once', async (_, fault) => {
    talk = await openRasaTalk()
    talk.rasa.script('hello', hi)
    talk.rasa.fault('/webhooks', fault)
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 1)
    expect(await talk.said(conversation)).toEqual(['Hi'])
  })

  it('loses the floor to a person when it answers without end', async () => {
    talk = await openRasaTalk()
    talk.rasa.fault('/webhooks', { status: 200, raw: `[{"text":"${'x'.repeat(1_100_000)}"}]` })
    expect(await reasonNow()).toContain('more than 1048576 bytes')
  })

  it('is not asked twice when its answer got lost and the tracker has it', async () => {
    talk = await openRasaTalk({ resume: {} })
    talk.rasa.script('hello', { says: [{ text: 'One\n\nTwo' }, { image: 'https://shop.example/a.png' }], lost: true })
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 3)
    expect(await talk.said(conversation)).toEqual(['One', 'Two', '[image]'])
    expect(talk.rasa.asked).toHaveLength(1)
  })

  it('is asked once also when the event comes again after the answer came', async () => {
    talk = await openRasaTalk({ handoff: { intents: ['human'] } })
    talk.rasa.script('hello', hi)
    const forgetful = { status: 200, body: { latest_message: { intent: { name: 'greet' } }, events: [] } }
    talk.rasa.fault('/tracker', { status: 500 }, forgetful)
    const { conversation } = await talk.house.write('hello')
    await talk.answers(conversation, 1)
    await expect
      .poll(async () => (await talk.house.store.backlog(Date.now())).filter(({ open }) => open > 0), { timeout: 4_000 })
      .toEqual([])
    expect(await talk.said(conversation)).toEqual(['Hi'])
    expect(talk.rasa.asked).toHaveLength(1)
  })

  it('slows no other conversation down while it hangs', async () => {
    talk = await openRasaTalk({ answerWithin: 1_000 })
    talk.rasa.script('slow', { takes: 60_000 })
    talk.rasa.script('hello', hi)
    await talk.house.write('slow', { address: 'one' })
    const { conversation } = await talk.house.write('hello', { address: 'two' })
    await talk.answers(conversation, 1)
  })
})
