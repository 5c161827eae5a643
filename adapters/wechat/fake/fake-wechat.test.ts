import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AccountStand, APP_ID, PNG, SECRET, startAccount } from './test-account.ts'

const HOUR = 3_600_000

let stand: AccountStand
beforeEach(async () => {
  stand = await startAccount()
})
afterEach(() => stand.close())

const text = (content = 'hello', touser = 'o_lin') => ({ touser, msgtype: 'text', text: { content } })
const send = (message: object) => stand.ask('message/custom/send', message)
const codes = async (messages: readonly object[]) => {
  const found = []
  for (const message of messages) found.push((await send(message)).errcode)
  return found
}

async function following(openid = 'o_lin') {
  const phone = stand.fake.phone(openid)
  await phone.follow()
  return phone
}

describe('windows and quotas', () => {
  test('a message of the customer lets five answers through within 48 hours', async () => {
    const phone = await following()
    await phone.say('hi')
    stand.fake.advance(48 * HOUR - 1)
    expect(await codes(Array.from({ length: 6 }, () => text()))).toEqual([0, 0, 0, 0, 0, 45047])
    await phone.say('hi again')
    expect(await send(text())).toEqual({ errcode: 0, errmsg: 'ok' })
    stand.fake.advance(48 * HOUR)
    expect(await send(text())).toMatchObject({ errcode: 45015 })
    expect(phone.sees().filter(({ from }) => from === 'account')).toHaveLength(6)
  })

  test('following, scanning and pressing a button let three answers through within a minute', async () => {
    await following()
    expect(await codes(Array.from({ length: 4 }, () => text()))).toEqual([0, 0, 0, 45047])
    stand.fake.advance(60_000)
    expect(await send(text())).toMatchObject({ errcode: 45015 })
  })

  test('whoever unfollowed gets nothing, and whoever never was is unknown', async () => {
    const phone = await following()
    await phone.say('hi')
    await phone.unfollow()
    expect(await codes([text(), text('hello', 'o_nobody')])).toEqual([43004, 40003])
    await expect(phone.say('hi')).rejects.toThrow('does not follow')
  })
})

describe('messages', () => {
  test('every documented type reaches the screen', async () => {
    const phone = await following()
    await phone.say('hi')
    const { media_id } = await stand.upload('image', 'a.png', PNG)
    await send({ touser: 'o_lin', msgtype: 'image', image: { media_id } })
    const list = [{ id: '101', content: '满意' }]
    await send({
      touser: 'o_lin',
      msgtype: 'msgmenu',
      msgmenu: { head_content: '满意吗?', list, tail_content: '谢谢' },
    })
    const articles = [{ title: 'Happy Day', description: 'really', url: 'https://shop.example/', picurl: '' }]
    await send({ touser: 'o_lin', msgtype: 'news', news: { articles } })
    const page = { title: 'Shop', appid: 'wx1', pagepath: 'pages/index', thumb_media_id: media_id }
    await send({ touser: 'o_lin', msgtype: 'miniprogrampage', miniprogrampage: page })
    await send({ touser: 'o_lin', msgtype: 'text', text: { content: '你好' }, customservice: { kf_account: 'a@b' } })
    expect(phone.sees().slice(1)).toMatchObject([
      { kind: 'image', media: media_id },
      { kind: 'menu', head: '满意吗?', items: [{ id: '101', text: '满意' }], tail: '谢谢' },
      { kind: 'cards', of: 'news', cards: [{ title: 'Happy Day', url: 'https://shop.example/' }] },
      { kind: 'cards', of: 'mini-program', cards: [{ title: 'Shop' }] },
      { kind: 'text', text: '你好' },
    ])
  })

  test('what the platform would not take is refused with its number and costs no message', async () => {
    const phone = await following()
    await phone.say('hi')
    const of = (msgtype: string, body: object, more = {}) => ({ touser: 'o_lin', msgtype, [msgtype]: body, ...more })
    const wrong: [number, object][] = [
      [45002, text('字'.repeat(683))],
      [44004, text('')],
      [40008, of('file', { media_id: 'x' })],
      [40007, of('image', { media_id: 'x' })],
      [41006, of('image', {})],
      [41006, of('video', { media_id: 'x', title: 'without a picture' })],
      [40035, of('text', { content: 'a', markdown: true })],
      [40035, of('text', { content: 'a' }, { image: {} })],
      [47001, of('msgmenu', { list: [{ id: 101, content: 'a' }] })],
      [45008, of('news', { articles: [] })],
      [41009, { msgtype: 'text', text: { content: 'a' } }],
    ]
    expect(await codes(wrong.map(([, message]) => message))).toEqual(wrong.map(([code]) => code))
    expect(await codes(Array.from({ length: 3 }, () => text('字'.repeat(682))))).toEqual([0, 0, 0])
  })

  test('typing is seen for 15 seconds, only soon after an exchange, and until an answer', async () => {
    const phone = await following()
    const typing = async (command: string) =>
      (await stand.ask('message/custom/typing', { touser: 'o_lin', command })).errcode
    expect([await typing('Typing'), await typing('Typing'), await typing('Dance')]).toEqual([0, 45081, 45072])
    expect(phone.seesTyping()).toBe(true)
    stand.fake.advance(15_000)
    expect(phone.seesTyping()).toBe(false)
    stand.fake.advance(15_001)
    expect(await typing('Typing')).toBe(45080)
    await phone.say('hi')
    expect(await typing('Typing')).toBe(0)
    await send(text())
    expect(phone.seesTyping()).toBe(false)
  })
})

describe('tokens', () => {
  const stable = async (more: object) => {
    const body = JSON.stringify({ grant_type: 'client_credential', appid: APP_ID, secret: SECRET, ...more })
    return (await fetch(`${stand.fake.url}/cgi-bin/stable_token`, { method: 'POST', body })).json()
  }
  const use = async (token: string) =>
    (await (await fetch(`${stand.fake.url}/cgi-bin/menu/get?access_token=${token}`)).json()).errcode

  test('the stable token stays until it is forced, which is slow and ends the one before', async () => {
    const first = await stable({})
    expect(first).toMatchObject({ expires_in: 7200 })
    expect((await stable({})).access_token).toBe(first.access_token)
    const forced = await stable({ force_refresh: true })
    expect(forced.access_token).not.toBe(first.access_token)
    expect([await use(first.access_token), await use(forced.access_token)]).toEqual([40001, 46003])
    expect(await stable({ force_refresh: true })).toMatchObject({ errcode: 45011 })
    for (let time = 1; time < 20; time += 1) {
      stand.fake.advance(30_000)
      expect(await stable({ force_refresh: true })).toHaveProperty('access_token')
    }
    stand.fake.advance(30_000)
    expect(await stable({ force_refresh: true })).toMatchObject({ errcode: 45009 })
  })

  test('tokens run out, are missing, are nonsense, and wrong credentials get none', async () => {
    const { access_token: token } = await stable({})
    stand.fake.expireTokens()
    expect([await use(token), await use(''), await use('x')]).toEqual([42001, 41001, 40014])
    const wrong = [{ secret: 'x' }, { appid: 'x' }, { grant_type: 'x' }]
    expect(await Promise.all(wrong.map(async (one) => (await stable(one)).errcode))).toEqual([40125, 40013, 40002])
  })

  test('the old way of asking ends the token before', async () => {
    const url = `${stand.fake.url}/cgi-bin/token?grant_type=client_credential&appid=${APP_ID}&secret=${SECRET}`
    const first = await (await fetch(url)).json()
    const second = await (await fetch(url)).json()
    expect([await use(first.access_token), await use(second.access_token)]).toEqual([40001, 46003])
    expect(JSON.stringify(stand.fake.calls)).not.toMatch(new RegExp(`${SECRET}|${second.access_token}`))
  })
})

describe('files, codes, profiles and the bar', () => {
  test('files come back as they were, for three days, and only what the platform takes', async () => {
    const { media_id } = await stand.upload('image', 'a.png', PNG)
    const get = async () =>
      fetch(`${stand.fake.url}/cgi-bin/media/get?media_id=${media_id}&access_token=${await stand.token()}`)
    expect(new Uint8Array(await (await get()).arrayBuffer())).toEqual(PNG)
    stand.fake.advance(72 * HOUR)
    expect(await (await get()).json()).toMatchObject({ errcode: 40007 })
    const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, ...new Array(64 * 1024).fill(0)])
    expect(await stand.upload('thumb', 'a.jpg', jpeg)).toMatchObject({ errcode: 45001 })
    expect(await stand.upload('image', 'a.webp', PNG)).toMatchObject({ errcode: 40005 })
    expect(await stand.upload('file', 'a.pdf', PNG)).toMatchObject({ errcode: 40004 })
    expect(await stand.upload('thumb', 'a.jpg', jpeg.slice(0, 100))).toHaveProperty('thumb_media_id')
  })

  test('whoever scans a code comes with its scene: by following first, by an event later, until it is over', async () => {
    const scene = 'x'.repeat(64)
    const wanted = { action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: scene } }, expire_seconds: 600 }
    const made = await stand.ask('qrcode/create', wanted)
    expect(made).toMatchObject({ expire_seconds: 600, url: expect.stringContaining('/q/') })
    const phone = stand.fake.phone('o_lin')
    await phone.scan(String(made.url))
    await phone.scan(String(made.ticket))
    expect(stand.callbacks[0]?.body).toContain(`<EventKey><![CDATA[qrscene_${scene}]]></EventKey>`)
    expect(stand.callbacks[1]?.body).toMatch(/<Event><!\[CDATA\[SCAN\]\]><\/Event><EventKey><!\[CDATA\[x{64}\]\]>/)
    const picture = await fetch(
      `${stand.fake.url}/cgi-bin/showqrcode?ticket=${encodeURIComponent(String(made.ticket))}`,
    )
    expect(picture.headers.get('content-type')).toContain('image/')
    stand.fake.advance(600_000)
    await expect(phone.scan(String(made.url))).rejects.toThrow('over')
    const long = { ...wanted, action_info: { scene: { scene_str: 'x'.repeat(65) } } }
    expect(await stand.ask('qrcode/create', long)).toMatchObject({ errcode: 40053 })
    expect(await stand.ask('qrcode/create', { ...wanted, expire_seconds: 2_592_001 })).toMatchObject({ errcode: 40097 })
  })

  test('a profile tells who the customer is elsewhere, and neither name nor picture', async () => {
    const phone = await following()
    phone.knownAs('u_lin')
    const info = () => stand.ask('user/info?openid=o_lin&lang=zh_CN')
    expect(await info()).toMatchObject({
      subscribe: 1,
      openid: 'o_lin',
      unionid: 'u_lin',
      nickname: '',
      headimgurl: '',
    })
    await phone.unfollow()
    expect(await info()).toEqual({ subscribe: 0, openid: 'o_lin', tagid_list: [] })
  })

  test('the bar is checked, shown and pressed', async () => {
    const button = [
      { type: 'click', name: '订单', key: 'ORDERS' },
      { name: '更多', sub_button: [{ type: 'view', name: '商店', url: 'https://shop.example/' }] },
    ]
    expect(
      await stand.ask('menu/create', { button: [{ type: 'click', name: '一二三四五六', key: 'A' }] }),
    ).toMatchObject({
      errcode: 40018,
    })
    expect(await stand.ask('menu/create', { button: Array(4).fill(button[0]) })).toMatchObject({ errcode: 40016 })
    expect(await stand.ask('menu/create', { button })).toMatchObject({ errcode: 0 })
    expect(await stand.ask('menu/get')).toMatchObject({ menu: { button: [{ key: 'ORDERS', sub_button: [] }, {}] } })
    const phone = await following()
    await phone.clickMenu('ORDERS')
    await phone.clickMenu('https://shop.example/')
    expect(stand.callbacks.map(({ body }) => /<Event><!\[CDATA\[(\w+)/.exec(body)?.[1])).toEqual([
      'subscribe',
      'CLICK',
      'VIEW',
    ])
    await stand.ask('menu/delete')
    expect(await stand.ask('menu/get')).toMatchObject({ errcode: 46003 })
  })
})
