import { expect, test } from 'vitest'
import { KF_ID, PNG, startCompany } from './test-company.ts'

const HOUR = 3_600_000
const code = ({ errcode }: Record<string, unknown>) => errcode
const ids = { open_kfid: KF_ID, external_userid: 'wm1' }
const text = (content: string, msgid?: string) => ({
  touser: 'wm1',
  open_kfid: KF_ID,
  ...(msgid === undefined ? {} : { msgid }),
  msgtype: 'text',
  text: { content },
})

test('what a customer does is announced without its content and read page by page', async () => {
  const { fake, heard, read } = await startCompany()
  const anna = fake.customer('wm1')
  await anna.enter()
  await anna.say('你好')
  expect(heard[0]).toMatch(/<Event><!\[CDATA\[kf_msg_or_event\]\]>.*<Token>.*<OpenKfId><!\[CDATA\[wkHutong/)
  expect(heard.join()).not.toContain('你好')
  const { list, cursor } = await read()
  expect(list).toMatchObject([
    { origin: 4, msgtype: 'event', event: { event_type: 'enter_session', welcome_code: expect.any(String), ...ids } },
    { origin: 3, msgtype: 'text', text: { content: '你好' }, ...ids },
  ])
  expect(list[0]).not.toHaveProperty('open_kfid')
  expect((await read(cursor)).list).toEqual([])
})

test('pages may be short or empty while there is more, and nothing is lost or given twice', async () => {
  const { fake, kf, read } = await startCompany()
  const anna = fake.customer('wm1')
  for (const word of ['a', 'b', 'c', 'd']) await anna.say(word)
  fake.kf.log(KF_ID).mostPerPage(2)
  fake.kf.log(KF_ID).emptyPages(2)
  expect(await kf('kf/sync_msg', { open_kfid: KF_ID })).toMatchObject({ msg_list: [], has_more: 1 })
  const { list } = await read()
  expect(list.slice(1).map(({ text: said }) => said)).toEqual(['a', 'b', 'c', 'd'].map((content) => ({ content })))
  expect(await kf('kf/sync_msg', { open_kfid: KF_ID, limit: 1 })).toMatchObject({ has_more: 1 })
})

test('reading has its tokens, its limits and its three days', async () => {
  const { fake, heard, kf, read } = await startCompany()
  await fake.customer('wm1').say('old')
  const token = /<Token><!\[CDATA\[(\w+)\]\]>/.exec(heard[0] ?? '')?.[1]
  expect(code(await kf('kf/sync_msg', { open_kfid: KF_ID, token }))).toBe(0)
  expect(code(await kf('kf/sync_msg', { open_kfid: KF_ID, token: 'made-up' }))).toBe(95007)
  expect(code(await kf('kf/sync_msg', { open_kfid: KF_ID, cursor: 'made-up' }))).toBe(40058)
  expect(code(await kf('kf/sync_msg', { open_kfid: KF_ID, limit: 1001 }))).toBe(40058)
  expect(code(await kf('kf/sync_msg', { open_kfid: 'wkNobody' }))).toBe(95004)
  fake.advance(600_000)
  expect(code(await kf('kf/sync_msg', { open_kfid: KF_ID, token }))).toBe(95007)
  for (let count = 0; count < 60; count += 1) await kf('kf/sync_msg', { open_kfid: KF_ID })
  expect(code(await kf('kf/sync_msg', { open_kfid: KF_ID }))).toBe(45009)
  fake.advance(72 * HOUR)
  expect((await read()).list).toEqual([])
})

test('a voice comes as AMR or as Silk, and what is too large comes as a line of text', async () => {
  const { fake, kf } = await startCompany()
  const anna = fake.customer('wm1')
  await anna.voice({ name: 'a.amr', bytes: Uint8Array.from(Buffer.from('#!AMR\n<')) })
  await anna.image({ name: 'a.png', bytes: new Uint8Array(2 * 1024 * 1024 + 1) })
  const page = async (format: number) =>
    (await kf('kf/sync_msg', { open_kfid: KF_ID, voice_format: format })).msg_list as Record<
      string,
      { media_id: string }
    >[]
  const [amr, silk] = [await page(0), await page(1)]
  expect(amr[1]?.voice?.media_id).not.toBe(silk[1]?.voice?.media_id)
  expect(amr[2]).toMatchObject({ msgtype: 'text', text: { content: expect.stringContaining('图片') } })
})

test('an id is good for one message of the account, and what the API sends is not read back', async () => {
  const { fake, kf, read } = await startCompany()
  const anna = fake.customer('wm1')
  await anna.say('hello')
  expect(await kf('kf/send_msg', text('welcome', 'reply-1'))).toEqual({ errcode: 0, errmsg: 'ok', msgid: 'reply-1' })
  expect(code(await kf('kf/send_msg', text('welcome', 'reply-1')))).toBe(40058)
  expect(code(await kf('kf/send_msg', text('x', 'a b')))).toBe(40058)
  expect(code(await kf('kf/send_msg', text('x', '1'.repeat(33))))).toBe(40058)
  expect(anna.sees().filter(({ from }) => from === 'account')).toMatchObject([{ text: 'welcome' }])
  expect((await read()).list).toHaveLength(2)
})

test('five messages for each of hers, for 48 hours, and none before she wrote', async () => {
  const { fake, kf } = await startCompany()
  const anna = fake.customer('wm1')
  expect(code(await kf('kf/send_msg', text('hi')))).toBe(40096)
  await anna.enter()
  expect(code(await kf('kf/send_msg', text('hi')))).toBe(95018)
  await anna.say('hello')
  for (let count = 0; count < 5; count += 1) expect(code(await kf('kf/send_msg', text(`${count}`)))).toBe(0)
  expect(code(await kf('kf/send_msg', text('six')))).toBe(95001)
  await anna.say('more')
  fake.advance(48 * HOUR)
  expect(code(await kf('kf/send_msg', text('late')))).toBe(95002)
  expect(await kf('kf/service_state/get', ids)).toMatchObject({ service_state: 4 })
})

test('every kind of message has its fields and its lengths', async () => {
  const { fake, kf, upload } = await startCompany()
  const anna = fake.customer('wm1')
  const send = async (type: string, body: object) => {
    await anna.say('go on')
    return code(await kf('kf/send_msg', { touser: 'wm1', open_kfid: KF_ID, msgtype: type, [type]: body }))
  }
  const { media_id } = await upload('image', 'a.png', PNG)
  expect(await send('text', { content: 'x'.repeat(2048) })).toBe(0)
  expect(await send('text', { content: 'x'.repeat(2049) })).toBe(45002)
  expect(await send('image', { media_id })).toBe(0)
  expect(await send('file', { media_id })).toBe(40007)
  const link = { title: '长'.repeat(50), url: 'https://example.com', thumb_media_id: media_id }
  expect(await send('link', link)).toBe(0)
  expect(anna.sees().at(-1)).toMatchObject({ kind: 'cards', cards: [{ title: '长'.repeat(42) }] })
  expect(await send('link', { ...link, thumb_media_id: undefined })).toBe(41006)
  const click = (id: string) => ({ type: 'click', click: { id, content: 'Choose' } })
  expect(await send('msgmenu', { list: new Array(10).fill(click('a')) })).toBe(0)
  expect(await send('msgmenu', { list: new Array(11).fill(click('a')) })).toBe(40058)
  expect(await send('msgmenu', { list: [click('x'.repeat(65))] })).toBe(40058)
  expect(await send('location', { latitude: 91, longitude: 0 })).toBe(40058)
  expect(await send('news', { articles: [] })).toBe(40008)
})

test('a tap on a menu comes back as text with the id of its item', async () => {
  const { fake, kf, read } = await startCompany()
  const anna = fake.customer('wm1')
  await anna.say('hello')
  const list = [
    { type: 'click', click: { id: 'human', content: '转人工' } },
    { type: 'view', view: { url: 'https://example.com', content: 'Help' } },
  ]
  const menu = { touser: 'wm1', open_kfid: KF_ID, msgtype: 'msgmenu', msgmenu: { head_content: 'Hm?', list } }
  expect(code(await kf('kf/send_msg', menu))).toBe(0)
  await anna.pick('human')
  expect((await read()).list.at(-1)).toMatchObject({ text: { content: '转人工', menu_id: 'human' } })
  await expect(anna.pick('other')).rejects.toThrow('no message offers that')
})

test('a message can be taken and not arrive, which an event says afterwards', async () => {
  const { fake, kf, read } = await startCompany()
  const anna = fake.customer('wm1')
  await anna.say('hello')
  fake.kf.failNext(5)
  expect(code(await kf('kf/send_msg', text('one', 'm1')))).toBe(0)
  anna.refuses('yes')
  expect(code(await kf('kf/send_msg', text('two', 'm2')))).toBe(0)
  expect(anna.sees()).toHaveLength(1)
  expect((await read()).list.slice(2)).toMatchObject([
    { event: { event_type: 'msg_send_fail', fail_msgid: 'm1', fail_type: 5 } },
    { event: { event_type: 'msg_send_fail', fail_msgid: 'm2', fail_type: 10 } },
  ])
})

test('a welcome goes with its code, once, within 20 seconds, and there is no code when she was welcomed lately', async () => {
  const { fake, kf, read } = await startCompany()
  const anna = fake.customer('wm1')
  const welcomes = async () => (await read()).list.map(({ event }) => (event as Record<string, unknown>).welcome_code)
  const welcome = (given: unknown, type = 'text') =>
    kf('kf/send_msg_on_event', { code: given, msgtype: type, [type]: { content: 'Welcome' } })
  await anna.enter()
  fake.advance(20_000)
  expect(code(await welcome((await welcomes())[0]))).toBe(40058)
  await anna.enter()
  const [, second] = await welcomes()
  expect(code(await welcome(second, 'image'))).toBe(40008)
  expect(code(await welcome(second))).toBe(0)
  expect(code(await welcome(second))).toBe(40058)
  expect(anna.sees()).toMatchObject([{ text: 'Welcome' }])
  await anna.enter()
  expect((await welcomes())[2]).toBeUndefined()
})

test('an account with a welcome of its own gives no code', async () => {
  const { fake, read } = await startCompany({ nativeWelcome: '欢迎' })
  await fake.customer('wm1').enter()
  expect((await read()).list[0]?.event).not.toHaveProperty('welcome_code')
  expect(fake.customer('wm1').sees()).toMatchObject([{ text: '欢迎' }])
})

test('a session goes only where the platform lets it go', async () => {
  const { fake, kf } = await startCompany()
  const move = (to: number, servicer?: string) =>
    kf('kf/service_state/trans', { ...ids, service_state: to, ...(servicer ? { servicer_userid: servicer } : {}) })
  const anna = fake.customer('wm1')
  await anna.enter()
  expect(code(await move(1))).toBe(95013)
  await anna.say('hello')
  expect(code(await move(4))).toBe(40058)
  expect(await move(1)).toEqual({ errcode: 0, errmsg: 'ok' })
  expect(code(await kf('kf/send_msg', text('as a robot')))).toBe(0)
  expect(await move(2)).toMatchObject({ errcode: 0, msg_code: expect.any(String) })
  expect(code(await kf('kf/send_msg', text('in the pool')))).toBe(95018)
  expect(code(await move(3, 'nobody'))).toBe(95014)
  const { msg_code } = await move(3, 'wang')
  const greeting = { code: msg_code, msgid: 'greet', msgtype: 'text', text: { content: 'Wang is here' } }
  expect(await kf('kf/send_msg_on_event', greeting)).toMatchObject({ errcode: 0, msgid: 'greet' })
  expect(await kf('kf/service_state/get', ids)).toMatchObject({ service_state: 3, servicer_userid: 'wang' })
  expect(code(await move(4))).toBe(0)
  await anna.say('again')
  expect(anna.state()).toBe(0)
})

test('who answers in WeCom takes the session over, and is read as an agent', async () => {
  const { fake, kf, read } = await startCompany()
  const [anna, wang] = [fake.customer('wm1'), fake.servicer('wang')]
  await anna.say('hello')
  await wang.say(anna, 'I am Wang')
  await fake.servicer('zhao').takes(anna)
  await fake.servicer('zhao').ends(anna)
  await wang.say(anna, 'one more thing')
  await wang.receives(KF_ID, 'no')
  expect((await read()).list.slice(2)).toMatchObject([
    { event: { event_type: 'session_status_change', change_type: 1, new_servicer_userid: 'wang', ...ids } },
    { origin: 5, servicer_userid: 'wang', msgtype: 'text', text: { content: 'I am Wang' } },
    { event: { change_type: 2, old_servicer_userid: 'wang', new_servicer_userid: 'zhao' } },
    { event: { change_type: 3, old_servicer_userid: 'zhao', msg_code: expect.any(String) } },
    { event: { change_type: 4, new_servicer_userid: 'wang' } },
    { origin: 5 },
    { event: { event_type: 'servicer_status_change', servicer_userid: 'wang', status: 2, open_kfid: KF_ID } },
  ])
  expect(code(await kf('kf/send_msg', text('too')))).toBe(95018)
  expect(anna.sees().map((one) => ('text' in one ? one.text : ''))).toEqual(['hello', 'I am Wang', 'one more thing'])
})

test('messages are taken back by whoever wrote them', async () => {
  const { fake, kf, read } = await startCompany()
  const [anna, wang] = [fake.customer('wm1'), fake.servicer('wang')]
  await anna.say('oops')
  await kf('kf/send_msg', text('wrong price', 'm1'))
  expect(code(await kf('kf/recall_msg', { open_kfid: KF_ID, msgid: 'm1' }))).toBe(0)
  await kf('kf/send_msg', text('late', 'm2'))
  fake.advance(120_000)
  expect(code(await kf('kf/recall_msg', { open_kfid: KF_ID, msgid: 'm2' }))).toBe(40058)
  await anna.recall()
  await wang.say(anna, 'typo')
  await wang.recall(anna)
  expect(anna.sees().map(({ kind }) => kind)).toEqual(['notice', 'notice', 'text', 'notice'])
  const { list } = await read()
  expect(list[2]).toMatchObject({ event: { event_type: 'user_recall_msg', recall_msgid: list[1]?.msgid } })
  expect(list[5]).toMatchObject({ event: { event_type: 'servicer_recall_msg', recall_msgid: list[4]?.msgid } })
})

test('a link brings its scene and what was appended to it into the conversation', async () => {
  const { fake, kf, read } = await startCompany()
  const { url } = await kf('kf/add_contact_way', { open_kfid: KF_ID, scene: 'site' })
  expect(url).toMatch(/\/kf\/kfc\w+\?enc_scene=ENC\w+$/)
  expect(code(await kf('kf/add_contact_way', { open_kfid: KF_ID, scene: 'a b' }))).toBe(40058)
  const anna = fake.customer('wm1')
  await anna.enter({ url: `${url}&scene_param=${encodeURIComponent('t=1&v=2')}` })
  await anna.enter({ url: `${url}&scene_param=${'x'.repeat(129)}` })
  const plain = await kf('kf/add_contact_way', { open_kfid: KF_ID })
  await anna.enter({ url: `${plain.url}?scene_param=lost` })
  expect((await read()).list.map(({ event }) => event)).toMatchObject([
    { scene: 'site', scene_param: 't=1&v=2' },
    { scene: 'site', scene_param: '' },
    { scene: '', scene_param: '' },
  ])
  await expect(anna.enter({ url: 'https://example.com/kf/other' })).rejects.toThrow('no link of the account')
})

test('customers, accounts and those who answer are listed', async () => {
  const { fake, kf, ask } = await startCompany()
  const anna = fake.customer('wm1')
  anna.knownAs({ unionid: 'union-1', nickname: 'Anna' })
  await anna.enter({ scene: 'site', sceneParam: 'token' })
  expect(
    await kf('kf/customer/batchget', { external_userid_list: ['wm1', 'wm2'], need_enter_session_context: 1 }),
  ).toMatchObject({
    customer_list: [
      {
        external_userid: 'wm1',
        nickname: 'Anna',
        unionid: 'union-1',
        enter_session_context: { scene: 'site', scene_param: 'token' },
      },
    ],
    invalid_external_userid: ['wm2'],
  })
  expect(code(await kf('kf/customer/batchget', { external_userid_list: new Array(101).fill('wm1') }))).toBe(40058)
  expect((await kf('kf/account/list', {})).account_list).toMatchObject([{ open_kfid: KF_ID, name: '山茶花客服' }])
  const staff = { open_kfid: KF_ID, userid_list: ['wang', 'liu'] }
  expect((await kf('kf/servicer/add', staff)).result_list).toMatchObject([{ errmsg: 'ignored' }, { errmsg: 'success' }])
  await kf('kf/servicer/del', { open_kfid: KF_ID, userid_list: ['zhao'] })
  const list = await ask('kf-secret', 'kf/servicer/list', undefined, `&open_kfid=${KF_ID}`)
  expect(list.servicer_list).toEqual([
    { userid: 'wang', status: 0 },
    { userid: 'liu', status: 0 },
  ])
})

test('whoever follows a link on this machine stands in the conversation on the phone', async () => {
  const { fake, kf, read } = await startCompany()
  const { url } = await kf('kf/add_contact_way', { open_kfid: KF_ID, scene: 'site' })
  const followed = await fetch(`${url}&scene_param=token`, { redirect: 'manual' })
  const to = new URL(followed.headers.get('location') ?? '', fake.url)
  expect(to.pathname).toBe('/phone')
  const link = new URLSearchParams(to.hash.slice(1)).get('scan') ?? ''
  const act = (action: object) =>
    fetch(`${fake.url}/phone/act?person=${to.searchParams.get('person')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    })
  expect((await act({ do: 'scan', text: link })).status).toBe(200)
  expect((await act({ do: 'say', text: 'from the phone' })).status).toBe(200)
  expect((await read()).list).toMatchObject([
    { event: { scene: 'site', scene_param: 'token' } },
    { text: { content: 'from the phone' } },
  ])
  expect((await act({ do: 'follow' })).status).toBe(422)
})
