import type { HutongError } from '@hutong/core/errors'
import { describe, expect, test } from 'vitest'
import { APP_CAPABILITIES } from './app-capabilities.ts'
import { pick, sees } from './test-app-bench.ts'
import { PNG, says, startStand, startTalk } from './test-app-talk.ts'

describe('picks', () => {
  const sizes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `s${index}`, label: `Size ${index}` }))

  test.each([2, 6, 7, 20])(
    'takes a press of one of %i options as the choice, and shows it on the card',
    async (count) => {
      const talk = await startTalk()
      await talk.tell({ kind: 'choices', text: 'Which?', options: sizes(count) })
      await pick(talk, 'Lin', 's1')
      expect(talk.host.entries('Lin').at(-1)?.body).toEqual({
        kind: 'message',
        parts: [{ kind: 'text', text: 'Size 1', format: 'plain' }],
        choice: { of: 2, id: 's1' },
      })
      await expect.poll(() => sees(talk.fake, 'Lin').at(-1)).toBe('Which?\n✓ Size 1')
    },
  )

  test.each(['csat', 'nps'] as const)('takes a press of a %s score as the rating', async (scale) => {
    const talk = await startTalk()
    await talk.tell({ kind: 'rating', scale, question: 'How was it?' })
    await pick(talk, 'Lin', '4')
    expect(talk.host.entries('Lin').at(-1)?.body).toEqual({ kind: 'rating', of: 2, scale, score: 4 })
  })

  test('takes a press of a card, whose link buttons open their pages', async () => {
    const talk = await startTalk()
    await talk.tell({
      ...{ kind: 'card', title: 'Tea', text: 'green', image: 'https://shop.example/t.png' },
      buttons: [
        { kind: 'reply', id: 'buy', label: 'Buy' },
        { kind: 'link', label: 'Look', url: 'https://shop.example/tea' },
      ],
    })
    await pick(talk, 'Lin', 'buy')
    expect(talk.host.entries('Lin').at(-1)?.body).toMatchObject({ choice: { of: 2, id: 'buy' } })
    expect(JSON.stringify(talk.sent())).toContain('"url":"https://shop.example/tea"')
  })

  test('takes a press in words when the log no longer knows what was offered', async () => {
    const talk = await startTalk()
    const fields = { MsgType: 'event', Event: 'template_card_event', EventKey: 'hutong:v_9:9:large', TaskId: 't' }
    expect(await talk.push(talk.compose('Lin', fields))).toBe(true)
    expect(talk.host.entries('Lin').at(-1)?.body).toMatchObject({ parts: [{ kind: 'text', text: 'large' }] })
  })

  test('a card that cannot be changed any more loses no answer', async () => {
    const talk = await startTalk()
    await talk.tell({ kind: 'choices', text: 'Which?', options: sizes(2) })
    talk.fake.faults.next('/cgi-bin/message/update_template_card', { errcode: 40058 })
    await pick(talk, 'Lin', 's1')
    expect(talk.host.entries('Lin').at(-1)?.body).toMatchObject({ choice: { of: 2, id: 's1' } })
    await talk.app.close()
    expect(talk.host.logged.map(({ message }) => message)).toContain('a card was answered but does not show it')
  })
})

describe('settings and people', () => {
  test.each([
    ['the secret', { secret: 'wrong' }],
    ['the id of the company', { corpId: 'ww000' }],
    ['the id of the app', { agentId: 7 }],
  ])('says at once that %s is wrong', async (_, wrong) => {
    const stand = await startStand()
    await expect(stand.adapter(wrong).open(stand.host)).rejects.toMatchObject({ code: 'misconfigured' })
  })

  test('says that callbacks need a key', async () => {
    const stand = await startStand()
    expect(() => stand.adapter({ encodingAesKeys: [] })).toThrow(/EncodingAESKey/)
  })

  test('is checked by the console when the callback is saved', async () => {
    const { fake } = await startTalk()
    expect(await fake.app.checkCallback()).toBe(true)
  })

  test('says that somebody is not in the company any more', async () => {
    const talk = await startTalk()
    const [delivery] = await talk.deliveries([says('hello')], 'nobody')
    await expect(delivery && talk.app.send(delivery)).rejects.toMatchObject({ code: 'gone' })
  })

  test('opens while WeCom is down, and works once it is up', async () => {
    const stand = await startStand()
    stand.fake.faults.next('/cgi-bin/gettoken', '5xx')
    const app = stand.adapter()
    await app.open(stand.host)
    await stand.fake.member('Lin').say('hello')
    expect(stand.host.arrivals).toHaveLength(1)
    await app.close()
  })
})

test('says that the channel does not work while WeCom keeps the relay out, and that it works again', async () => {
  const stand = await startStand()
  const said: (string | undefined)[] = []
  const host = { ...stand.host, trouble: (problem: HutongError | undefined) => void said.push(problem?.code) }
  const app = stand.adapter()
  await app.open(host)
  await stand.fake.member('Lin').say('hello')
  const [entry] = stand.host.entries('Lin')
  if (!entry) throw new Error('nothing has arrived')
  const to = { address: 'Lin', conversation: entry.conversation }
  const delivery = {
    key: 'd_1',
    to,
    entry,
    parts: [{ kind: 'text' as const, text: 'hi', format: 'plain' as const }],
    changes: [],
    attempt: 1,
  }
  stand.fake.faults.next('/cgi-bin/message/send', { errcode: 60020 })
  await expect(app.send(delivery)).rejects.toMatchObject({ code: 'misconfigured' })
  await app.send(delivery)
  expect(said).toEqual(['misconfigured', undefined])
  await app.close()
})

describe('what members send in files', () => {
  test('keeps a picture in the file storage, whole', async () => {
    const talk = await startTalk()
    await talk.fake.member('Lin').image({ name: '茶 "1".png', bytes: PNG })
    const body = talk.host.entries('Lin').at(-1)?.body
    const part = body?.kind === 'message' ? body.parts[0] : undefined
    expect(part).toMatchObject({ kind: 'image', name: '茶 "1".png' })
    const kept = part?.kind === 'image' ? await talk.host.files.get(part.file ?? '') : undefined
    expect(kept && new Uint8Array(await new Response(kept.content).arrayBuffer())).toEqual(PNG)
  })

  test('keeps voices and videos as such', async () => {
    const talk = await startTalk()
    await talk.fake.member('Lin').voice({ name: 'hi.amr', bytes: PNG })
    await talk.fake.member('Lin').video({ name: 'tea.mp4', bytes: PNG })
    const kinds = talk.host.entries('Lin').map(({ body }) => body.kind === 'message' && body.parts[0]?.kind)
    expect(kinds).toEqual(['text', 'audio', 'video'])
  })

  test('loses no message whose file cannot be had', async () => {
    const talk = await startTalk()
    talk.fake.faults.next('/cgi-bin/media/get', '5xx', 4)
    await talk.fake.member('Lin').image({ name: 'tea.png', bytes: PNG })
    await talk.fake.member('Lin').voice({ name: 'hi.amr', bytes: PNG })
    const parts = talk.host.entries('Lin').map(({ body }) => body.kind === 'message' && body.parts[0])
    expect(parts.slice(1)).toMatchObject([
      { kind: 'image', url: expect.stringMatching(/^http/) },
      { kind: 'unsupported', native: 'audio', text: expect.stringContaining('[audio]') },
    ])
  })
})

test('says what an app can do as WeCom documents it', () => {
  expect(APP_CAPABILITIES).toMatchObject({ idempotentSend: 'content', recall: true, initiate: true, buttons: 6 })
})
