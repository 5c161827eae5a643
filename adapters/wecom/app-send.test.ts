import type { Delivery } from '@hutong/core/adapter'
import type { PartInput } from '@hutong/core/parts'
import { describe, expect, test } from 'vitest'
import { sees } from './test-app-bench.ts'
import { calls, HOUR, PNG, SEND, says, startTalk, type Talk } from './test-app-talk.ts'

/** How files of a type begin; a dozen bytes of each. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  'image/png': '\x89PNG\r\n\x1a\n',
  'image/jpeg': '\xff\xd8\xff',
  'audio/amr': '#!AMR\n',
  'audio/mpeg': 'ID3',
  'video/mp4': '\0\0\0\x20ftypisom',
  'application/pdf': '%PDF',
}

function contentOf(type: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from((BEGINNINGS[type] ?? '').padEnd(12, '\0'), 'latin1'))
}

describe('what an app sends', () => {
  test.each([
    ['a picture', 'tea.png', 'image/png', 'image', 'image'],
    ['a photo without an ending', 'photo', 'image/jpeg', 'image', 'image'],
    ['a picture of a type that WeCom does not know', 'tea.webp', 'image/webp', 'image', 'file'],
    ['a picture that is meant as a file', 'tea.png', 'image/png', 'file', 'file'],
    ['a voice', 'hi.amr', 'audio/amr', 'audio', 'voice'],
    ['music', 'hi.mp3', 'audio/mpeg', 'audio', 'file'],
    ['a video', 'tea.mp4', 'video/mp4', 'video', 'video'],
    ['a file', 'tea.pdf', 'application/pdf', 'file', 'file'],
  ] as const)('sends %s as what WeCom takes it for', async (_, name, type, kind, as) => {
    const talk = await startTalk()
    await talk.tell({ kind, file: await talk.store(name, type, contentOf(type)), name, type, bytes: 12 })
    expect(talk.fake.member('Lin').sees().at(-1)).toMatchObject({ from: 'account', kind: as })
  })

  test('sends a voice of more than a minute as a file', async () => {
    const talk = await startTalk()
    const audio = { kind: 'audio', name: 'hi.amr', type: 'audio/amr' } as const
    await talk.tell({ ...audio, file: await talk.store('hi.amr', 'audio/amr', contentOf('audio/amr')), duration: 61 })
    const long = Uint8Array.from([...contentOf('audio/amr').slice(0, 6), ...new Uint8Array(13 * 50 * 61)])
    await talk.tell({ ...audio, file: await talk.store('long.amr', 'audio/amr', long) })
    const shown = talk.fake.member('Lin').sees().slice(1)
    expect(shown).toMatchObject([{ kind: 'file' }, { kind: 'file' }])
  })

  test('uploads a file once in its three days, however often it is sent', async () => {
    const talk = await startTalk()
    const image: PartInput = { kind: 'image', file: await talk.store('tea.png', 'image/png', PNG), type: 'image/png' }
    await talk.tell(image)
    await talk.tell(image)
    expect(calls(talk, '/cgi-bin/media/upload')).toBe(1)
    talk.advance(3 * 24 * HOUR)
    await talk.tell(image)
    expect(calls(talk, '/cgi-bin/media/upload')).toBe(2)
    expect(sees(talk.fake, 'Lin')).toHaveLength(3)
  })

  test('tells what a file was that is too small for WeCom', async () => {
    const talk = await startTalk()
    await talk.tell({ kind: 'file', file: await talk.store('ok.txt', 'text/plain', PNG.slice(0, 3)), name: 'ok.txt' })
    expect(sees(talk.fake, 'Lin').at(-1)).toContain('ok.txt')
  })

  test.each([
    ['text', { kind: 'text', text: 'ok' }],
    ['markdown', { kind: 'text', text: '**ok** ![tea](https://shop.example/tea.png)', format: 'markdown' }],
    ['textcard', { kind: 'card', title: 'Tea', text: 'green', url: 'https://shop.example/tea' }],
    [
      'news',
      {
        kind: 'card',
        title: 'Tea',
        text: 'green',
        url: 'https://shop.example/tea',
        image: 'https://shop.example/t.png',
      },
    ],
    ['text', { kind: 'card', title: 'Tea', text: 'call', url: 'tel:+8613800138000' }],
    ['text', { kind: 'card', title: 'Tea', text: '茶'.repeat(200), url: 'https://shop.example/tea' }],
    ['template_card', { kind: 'card', title: 'Tea', buttons: [{ kind: 'reply', id: 'buy', label: 'Buy' }] }],
    ['template_card', { kind: 'choices', options: [{ id: 'buy', label: 'Buy' }] }],
    ['news', { kind: 'image', url: 'https://shop.example/t.png', alt: 'Tea' }],
  ] satisfies [string, PartInput][])('sends as %s: %j', async (type, part) => {
    const talk = await startTalk()
    await talk.tell(part)
    expect(talk.sent()).toMatchObject({ msgtype: type, enable_duplicate_check: 1 })
    expect(talk.fake.calls.at(-1)).toMatchObject({ errcode: 0 })
    expect(sees(talk.fake, 'Lin')).toHaveLength(1)
  })

  test('brings a card with a picture and buttons as one message', async () => {
    const talk = await startTalk()
    const image = 'https://shop.example/t.png'
    const look = { kind: 'link' as const, label: 'Look', url: 'https://shop.example/tea' }
    const buy = { kind: 'reply' as const, id: 'buy', label: 'Buy' }
    await talk.tell({ kind: 'card', title: 'Tea', text: 'green', image, buttons: [buy, look] })
    expect(talk.sent()).toMatchObject({
      template_card: { source: { icon_url: image }, card_action: { type: 1, url: image } },
    })
    await talk.tell({ kind: 'card', title: 'Tea', text: 'green', image, buttons: [look] })
    const [answers, links, ...more] = talk.fake.member('Lin').sees().slice(1)
    expect(answers).toMatchObject({ kind: 'menu', head: 'Tea\ngreen', items: [{ text: 'Buy' }, { text: 'Look' }] })
    expect(links).toMatchObject({
      kind: 'cards',
      cards: [
        { title: 'Tea', description: 'green', picture: image },
        { title: 'Look', url: look.url },
      ],
    })
    expect(more).toEqual([])
  })

  test('lets no text be a link that says something else than where it leads', async () => {
    const talk = await startTalk()
    await talk.tell(says('<a href="https://evil.example">my bank</a> <b>'))
    expect(sees(talk.fake, 'Lin')[0]).toBe('<\u200Ba href="https://evil.example">my bank<\u200B/a> <b>')
  })

  test('cuts nothing off that grows on its way', async () => {
    const talk = await startTalk()
    const links = Array.from({ length: 100 }, (_, index) => `<a ${index}>`)
    const options = [{ id: 's', label: 'Small', description: '茶'.repeat(255) }]
    await talk.tell(says(`${links.join(' ')} ${'x'.repeat(2_048 - links.join(' ').length - 1)}`))
    await talk.tell({ kind: 'choices', text: '茶'.repeat(680), options })
    const seen = sees(talk.fake, 'Lin').join(' ').replaceAll('\u200B', '')
    expect(links.filter((link) => !seen.includes(link))).toEqual([])
    expect(seen).toContain('x'.repeat(100))
    expect(seen.split('茶')).toHaveLength(680 + 255 + 1)
  })

  test('opens pages of mini-programs from their links', async () => {
    const talk = await startTalk()
    const app = talk.adapter({ miniPrograms: [{ link: 'https://shop.example/mini/', appId: 'wx12345' }] })
    await app.open(talk.host)
    const url = 'https://shop.example/mini/pages/tea?id=1'
    const titles = ['Green tea', 'A title that is longer than a notice allows']
    for (const title of titles)
      for (const delivery of await talk.deliveries([{ kind: 'card', title, url }])) await app.send(delivery)
    expect(talk.sent()).toMatchObject({ news: { articles: [{ appid: 'wx12345', pagepath: 'pages/tea?id=1' }] } })
    expect(sees(talk.fake, 'Lin').map((text) => text.split('\n')[0])).toEqual(titles)
    await app.close()
  })

  test('brings words that are too long for a card before it', async () => {
    const talk = await startTalk()
    const words = 'Which of them would you like to have? '.repeat(10).trim()
    await talk.tell({ kind: 'choices', text: words, options: [{ id: 's', label: 'Small' }] })
    expect(sees(talk.fake, 'Lin')).toEqual([words, 'Small\nSmall'])
  })
})

describe('once, and not lost', () => {
  test('brings the same words twice when they are said twice', async () => {
    const talk = await startTalk()
    for (let time = 0; time < 5; time += 1) await talk.tell(says('ok'))
    expect(sees(talk.fake, 'Lin')).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  })

  test('brings a message once though the relay died after WeCom had taken it', async () => {
    const talk = await startTalk()
    const [delivery] = await talk.deliveries([says('once')])
    if (!delivery) throw new Error('no delivery')
    const { set } = talk.host.state
    let writes = 0
    // What was to be written after the send is never written: the process is gone.
    talk.host.state.set = async (key, value) => {
      writes += 1
      if (writes > 1) throw new Error('killed')
      await set(key, value)
    }
    await expect(talk.app.send(delivery)).rejects.toThrow('killed')
    talk.host.state.set = set
    const again = talk.adapter()
    await again.open(talk.host)
    expect(await again.send({ ...delivery, attempt: 2 })).toMatchObject({ state: 'sent', native: expect.any(String) })
    expect(sees(talk.fake, 'Lin')).toEqual(['once'])
    await again.close()
  })

  test('says that it is unsure once WeCom has forgotten whether it has the message', async () => {
    const talk = await startTalk()
    const [delivery] = await talk.deliveries([says('once')])
    if (!delivery) throw new Error('no delivery')
    talk.fake.faults.next(SEND, 'reset-after-accept')
    await expect(talk.app.send(delivery)).rejects.toMatchObject({ code: 'timeout' })
    talk.advance(4 * HOUR + 1_000)
    expect(await talk.app.send(delivery)).toMatchObject({ state: 'unsure', reason: expect.stringMatching(/\w/) })
    expect(sees(talk.fake, 'Lin')).toEqual(['once'])
  })

  test('sends no part of a message again that was taken before the rest failed', async () => {
    const talk = await startTalk()
    const lead = 'Which of them would you like to have? '.repeat(10).trim()
    const [delivery] = await talk.deliveries([{ kind: 'choices', text: lead, options: [{ id: 's', label: 'Small' }] }])
    if (!delivery) throw new Error('no delivery')
    const { set } = talk.host.state
    let writes = 0
    talk.host.state.set = async (key, value) => {
      writes += 1
      if (writes === 2) talk.fake.faults.next(SEND, { errcode: 45009 })
      await set(key, value)
    }
    await expect(talk.app.send(delivery)).rejects.toMatchObject({ code: 'throttled' })
    await talk.app.send(delivery)
    expect(sees(talk.fake, 'Lin')).toEqual([lead, 'Small\nSmall'])
  })

  test('takes back all messages that a delivery became', async () => {
    const talk = await startTalk()
    const lead = 'Which of them would you like to have? '.repeat(10).trim()
    const [delivery] = await talk.deliveries([{ kind: 'choices', text: lead, options: [{ id: 's', label: 'Small' }] }])
    const receipt = delivery && (await talk.app.send(delivery))
    await talk.app.recall(receipt?.native ?? '', { address: 'Lin', conversation: talk.conversation })
    expect(sees(talk.fake, 'Lin')).toEqual([])
  })

  test('says that it is too late to take a message back after a day', async () => {
    const talk = await startTalk()
    const [delivery] = await talk.deliveries([says('stays')])
    const receipt = delivery && (await talk.app.send(delivery))
    talk.advance(24 * HOUR)
    const to = { address: 'Lin', conversation: talk.conversation }
    await expect(talk.app.recall(receipt?.native ?? '', to)).rejects.toMatchObject({ code: 'rejected' })
  })
})

describe('limits of a member', () => {
  test('asks to be called again instead of sending what WeCom would drop without a word, also after a restart', async () => {
    const talk = await startTalk()
    for (let count = 0; count < 30; count += 1) await talk.tell(says(`message ${count}`))
    const [delivery] = await talk.deliveries([says('one more')])
    if (!delivery) throw new Error('no delivery')
    const again = talk.adapter()
    await again.open(talk.host)
    const refused = await again.send(delivery).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'throttled', retryAfter: expect.any(Number) })
    const { retryAfter } = refused as { retryAfter: number }
    expect(retryAfter).toBeGreaterThan(30_000)
    expect(retryAfter).toBeLessThanOrEqual(62_000)
    talk.advance(retryAfter)
    await again.send(delivery)
    expect(sees(talk.fake, 'Lin')).toHaveLength(31)
    await again.close()
  })

  test('never sends more than a thousand messages in an hour, and all that it sends are seen', async () => {
    const talk = await startTalk()
    let sent = 0
    for (let minute = 0; minute < 36; minute += 1) {
      for (let count = 0; count < 28; count += 1)
        for (const delivery of await talk.deliveries([says(`${minute}.${count}`)]))
          sent += await talk.app.send(delivery).then(
            () => 1,
            () => 0,
          )
      talk.advance(62_000)
    }
    expect(sent).toBe(1_000)
    expect(sees(talk.fake, 'Lin')).toHaveLength(1_000)
  })

  test('does not let one member wait for another', async () => {
    const talk = await startTalk()
    talk.fake.member('Max')
    for (let count = 0; count < 30; count += 1) await talk.tell(says(`message ${count}`))
    for (const delivery of await talk.deliveries([says('hello Max')], 'Max')) await talk.app.send(delivery)
    expect(sees(talk.fake, 'Max')).toEqual(['hello Max'])
  })
})

describe('groups', () => {
  const GROUP = { name: 'Tea', owner: 'Lin', userlist: ['Lin', 'Max'], chatid: 'tea1' }

  async function startGroup(): Promise<Talk & { seen(): string[]; say(...parts: PartInput[]): Promise<Delivery> }> {
    const talk = await startTalk()
    const { fake } = talk
    fake.member('Max')
    const query = new URLSearchParams({ corpid: 'ww12345678910', corpsecret: 'app-secret' })
    const { access_token: token } = await (await fetch(`${fake.url}/cgi-bin/gettoken?${query}`)).json()
    const init = { method: 'POST', body: JSON.stringify(GROUP) }
    await fetch(`${fake.url}/cgi-bin/appchat/create?access_token=${token}`, init)
    return {
      ...talk,
      seen: () => (fake.chat('tea1')?.shown ?? []).map(({ content }) => (content.kind === 'text' ? content.text : '')),
      async say(...parts) {
        const [delivery] = await talk.deliveries(parts, 'chat:tea1')
        if (!delivery) throw new Error('no delivery')
        return delivery
      },
    }
  }

  test('writes to a group that the app has made, what can be pressed as a list', async () => {
    const group = await startGroup()
    expect(await group.app.send(await group.say(says('hello all')))).toEqual({ state: 'sent' })
    const options = [
      { id: 's', label: 'Small' },
      { id: 'l', label: 'Large' },
    ]
    await group.app.send(await group.say({ kind: 'choices', text: 'Which?', options }))
    const buttons = [{ kind: 'reply' as const, id: 'buy', label: 'Buy' }]
    await group.app.send(await group.say({ kind: 'card', title: 'Tea', buttons }))
    expect(group.seen()[0]).toBe('hello all')
    expect(group.seen()[1]).toMatch(/Which\?\n.*Small\n.*Large/)
    expect(group.seen()[2]).toMatch(/Tea\n.*Buy/)
    expect(sees(group.fake, 'Lin')).toEqual([])
  })

  test('says that it is unsure when the answer was lost, and sends nothing again', async () => {
    const group = await startGroup()
    const delivery = await group.say(says('once'))
    group.fake.faults.next('/cgi-bin/appchat/send', 'reset-after-accept')
    expect(await group.app.send(delivery)).toMatchObject({ state: 'unsure', reason: expect.stringMatching(/groups/) })
    expect(await group.app.send({ ...delivery, attempt: 2 })).toMatchObject({ state: 'unsure' })
    expect(group.seen()).toEqual(['once'])
  })

  test('sends again when not even a token was to be had', async () => {
    const group = await startGroup()
    const delivery = await group.say(says('once'))
    group.fake.expireTokens()
    group.fake.faults.next('/cgi-bin/gettoken', '5xx')
    await expect(group.app.send(delivery)).rejects.toMatchObject({ code: 'unreachable' })
    await group.app.send({ ...delivery, attempt: 2 })
    expect(group.seen()).toEqual(['once'])
  })

  test('sends again what was surely not taken, and nothing that was', async () => {
    const group = await startGroup()
    const delivery = await group.say(says('once'))
    group.fake.faults.next('/cgi-bin/appchat/send', { errcode: 45009 })
    await expect(group.app.send(delivery)).rejects.toMatchObject({ code: 'throttled' })
    await group.app.send({ ...delivery, attempt: 2 })
    await group.app.send({ ...delivery, attempt: 3 })
    expect(group.seen()).toEqual(['once'])
  })

  test('says that there is no such group', async () => {
    const talk = await startTalk()
    const [delivery] = await talk.deliveries([says('hello')], 'chat:nowhere')
    await expect(delivery && talk.app.send(delivery)).rejects.toMatchObject({ retryable: false })
  })
})
