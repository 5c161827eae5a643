import { expect, test } from 'vitest'
import { APP, KF, KF_ID, PNG, startCompany } from './test-company.ts'

const HOUR = 3_600_000
const text = (content: string) => ({ touser: 'lin', agentid: APP.agentId, msgtype: 'text', text: { content } })
const code = ({ errcode }: Record<string, unknown>) => errcode

test('a token is the same for its secret while it is good, and each wrong one has the number of its fault', async () => {
  const { fake } = await startCompany()
  const token = async (secret: string, corp = 'ww5823bf96d3bd56c7') =>
    (await fetch(`${fake.url}/cgi-bin/gettoken?corpid=${corp}&corpsecret=${secret}`)).json()
  const first = await token(APP.secret)
  expect(first).toMatchObject({ errcode: 0, expires_in: 7200 })
  expect((await token(APP.secret)).access_token).toBe(first.access_token)
  expect((await token(KF.secret)).access_token).not.toBe(first.access_token)
  expect([code(await token('wrong')), code(await token(APP.secret, 'ww1'))]).toEqual([40001, 40013])
  const list = async (one: string) =>
    code(await (await fetch(`${fake.url}/cgi-bin/appchat/get?access_token=${one}`)).json())
  expect([await list(''), await list('nonsense')]).toEqual([41001, 40014])
  fake.advance(2 * HOUR)
  expect(await list(first.access_token)).toBe(42001)
  expect(JSON.stringify(fake.calls)).not.toMatch(/secret|nonsense/)
})

test('a token opens only what its app may do', async () => {
  const { ask } = await startCompany()
  expect(code(await ask(KF.secret, 'message/send', text('hello')))).toBe(301002)
  expect(code(await ask(APP.secret, 'kf/account/list', {}))).toBe(48002)
})

test('what a member says to the app is pushed signed and encrypted, with an id beyond 2^53', async () => {
  const { fake, heard } = await startCompany()
  expect([await fake.app.checkCallback(), await fake.kf.checkCallback()]).toEqual([true, true])
  expect(await fake.member('lin').say('在吗?')).toMatchObject({ attempts: 1, outcome: 'success' })
  expect(heard[0]).toContain('<Content><![CDATA[在吗?]]></Content>')
  expect(heard[0]).toMatch(/<MsgId>7294612003548127234<\/MsgId><AgentID>1000002<\/AgentID>/)
})

test('a callback that nobody takes is tried three times, five seconds apart', async () => {
  const { fake } = await startCompany()
  fake.app.callback(undefined)
  const said = fake.member('lin').say('anybody?')
  for (let round = 0; round < 3; round += 1) {
    fake.advance(5_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await said).toEqual({ attempts: 3, outcome: 'failed' })
})

test('a message reaches who exists, names who does not in lower case, and can be recalled for a day', async () => {
  const { fake, app } = await startCompany()
  const lin = fake.member('lin')
  const sent = await app('message/send', { ...text('hello'), touser: 'Lin|Nobody' })
  expect(sent).toMatchObject({ errcode: 0, invaliduser: 'nobody', msgid: expect.any(String) })
  expect(lin.sees()).toMatchObject([{ kind: 'text', text: 'hello' }])
  expect(code(await app('message/send', { ...text('x'), touser: 'nobody' }))).toBe(81013)
  expect(code(await app('message/recall', { msgid: sent.msgid }))).toBe(0)
  expect(lin.sees()).toMatchObject([{ kind: 'notice' }])
  const late = await app('message/send', text('late'))
  fake.advance(24 * HOUR)
  expect(code(await app('message/recall', { msgid: late.msgid }))).toBe(40058)
})

test('the same request is shown once while duplicates are checked', async () => {
  const { fake, app } = await startCompany()
  const lin = fake.member('lin')
  const message = { ...text('once'), enable_duplicate_check: 1, duplicate_check_interval: 600 }
  const first = await app('message/send', message)
  expect(await app('message/send', message)).toEqual(first)
  await app('message/send', { ...message, text: { content: 'once more' } })
  expect(lin.sees()).toHaveLength(2)
  fake.advance(600_000)
  await app('message/send', message)
  expect(lin.sees()).toHaveLength(3)
})

test('what is too much for one member is dropped without a word: 30 in a minute', async () => {
  const { fake, app } = await startCompany()
  const lin = fake.member('lin')
  for (let count = 0; count < 31; count += 1) expect(code(await app('message/send', text(`${count}`)))).toBe(0)
  expect(lin.sees()).toHaveLength(30)
  fake.advance(60_000)
  await app('message/send', text('again'))
  expect(lin.sees()).toHaveLength(31)
})

test('fields and lengths are the documented ones', async () => {
  const { fake, app, upload } = await startCompany()
  const lin = fake.member('lin')
  const send = async (type: string, body: object) =>
    code(await app('message/send', { touser: 'lin', agentid: APP.agentId, msgtype: type, [type]: body }))
  expect(await send('text', { content: 'x', mentioned: [] })).toBe(40058)
  expect(await send('poem', {})).toBe(40008)
  expect(await send('image', {})).toBe(41006)
  expect(await send('image', { media_id: 'nowhere' })).toBe(40007)
  expect(await send('news', { articles: [] })).toBe(45008)
  expect(await send('textcard', { title: 't', description: 'd', url: 'ftp://x' })).toBe(40058)
  const { media_id } = await upload('image', 'a.png', PNG)
  expect(await send('image', { media_id })).toBe(0)
  expect(await send('voice', { media_id })).toBe(40007)
  expect(await send('text', { content: '好'.repeat(1000) })).toBe(0)
  expect(lin.sees().at(-1)).toMatchObject({ text: '好'.repeat(682) })
  expect(code(await app('message/send', { ...text('x'), agentid: 1 }))).toBe(40056)
  expect(code(await app('message/send', { ...text('x'), touser: '' }))).toBe(82001)
})

test('a card is answered by a press, and its code updates it once, within 72 hours', async () => {
  const { fake, app, heard } = await startCompany()
  const lin = fake.member('lin')
  const card = {
    card_type: 'button_interaction',
    main_title: { title: 'Refund?' },
    task_id: 'task-1',
    button_list: [
      { text: 'Yes', key: 'yes' },
      { text: 'No', key: 'no' },
    ],
  }
  const message = { touser: 'lin', agentid: APP.agentId, msgtype: 'template_card', template_card: card }
  expect(await app('message/send', message)).toMatchObject({ errcode: 0, response_code: expect.any(String) })
  expect(code(await app('message/send', message))).toBe(42014)
  expect(lin.sees()).toMatchObject([{ kind: 'menu', head: 'Refund?', items: [{ id: 'yes' }, { id: 'no' }] }])
  await lin.press('task-1', 'no')
  expect(heard[0]).toMatch(/template_card_event.*<EventKey><!\[CDATA\[no\]\]>.*<TaskId><!\[CDATA\[task-1\]\]>/)
  const response = /<ResponseCode><!\[CDATA\[(\w+)\]\]>/.exec(heard[0] ?? '')?.[1]
  const update = { userids: ['lin'], agentid: APP.agentId, response_code: response, button: { replace_name: 'No' } }
  expect(await app('message/update_template_card', update)).toMatchObject({ errcode: 0, invaliduser: [] })
  expect(lin.sees()).toMatchObject([{ kind: 'menu', items: [], tail: 'No' }])
  expect(code(await app('message/update_template_card', update))).toBe(40058)
  await expect(lin.press('task-1', 'perhaps')).rejects.toThrow('no such button')
})

test('groups of the app have at least two members that exist, and no cards', async () => {
  const { fake, app, ask } = await startCompany()
  fake.member('lin')
  fake.member('max')
  expect(code(await app('appchat/create', { userlist: ['lin'] }))).toBe(86006)
  expect(code(await app('appchat/create', { userlist: ['lin', 'nobody'] }))).toBe(86216)
  expect(await app('appchat/create', { name: 'Tea', userlist: ['lin', 'max'], chatid: 'tea1' })).toMatchObject({
    errcode: 0,
    chatid: 'tea1',
  })
  expect(code(await app('appchat/create', { userlist: ['lin', 'max'], chatid: 'tea1' }))).toBe(86215)
  expect(code(await app('appchat/send', { chatid: 'tea1', msgtype: 'text', text: { content: 'hi' } }))).toBe(0)
  expect(code(await app('appchat/send', { chatid: 'tea1', msgtype: 'template_card', template_card: {} }))).toBe(40008)
  expect(code(await app('appchat/send', { chatid: 'tea2', msgtype: 'text', text: { content: 'hi' } }))).toBe(86003)
  expect(fake.chat('tea1')?.shown).toMatchObject([{ content: { kind: 'text', text: 'hi' } }])
  const got = await ask(APP.secret, 'appchat/get', undefined, '&chatid=tea1')
  expect(got.chat_info).toEqual({ chatid: 'tea1', name: 'Tea', owner: 'lin', userlist: ['lin', 'max'], chat_type: 0 })
})

test('files have their limits by type, a range where they are large, and three days', async () => {
  const { fake, upload, kf } = await startCompany()
  expect(code(await upload('image', 'a.gif', PNG))).toBe(40004)
  expect(code(await upload('voice', 'a.mp3', PNG))).toBe(40004)
  expect(code(await upload('song', 'a.mp3', PNG))).toBe(40005)
  expect(code(await upload('file', 'a.txt', PNG.slice(0, 5)))).toBe(40006)
  const kept = await upload('file', 'a.bin', new Uint8Array(100).fill(7))
  expect(kept).toMatchObject({ errcode: 0, type: 'file', created_at: expect.any(String) })
  const token = await fetch(`${fake.url}/cgi-bin/gettoken?corpid=ww5823bf96d3bd56c7&corpsecret=${KF.secret}`)
  const { access_token } = await token.json()
  const url = `${fake.url}/cgi-bin/media/get?access_token=${access_token}&media_id=${kept.media_id}`
  const part = await fetch(url, { headers: { range: 'bytes=90-' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 90-99/100'])
  await fake.customer('wm1').video({ name: 'long.mp4', bytes: new Uint8Array(21 * 1024 * 1024) })
  const shown = fake.customer('wm1').sees()[0]
  const media = shown !== undefined && 'media' in shown ? shown.media : ''
  expect(code(await kf('media/get', undefined))).toBe(40007)
  const large = `${fake.url}/cgi-bin/media/get?access_token=${access_token}&media_id=${media}`
  expect(code(await (await fetch(large)).json())).toBe(830002)
  expect((await fetch(large, { headers: { range: 'bytes=0-1023' } })).status).toBe(206)
  fake.advance(3 * 24 * HOUR)
  const gone = `${fake.url}/cgi-bin/gettoken?corpid=ww5823bf96d3bd56c7&corpsecret=${KF.secret}`
  const fresh = (await (await fetch(gone)).json()).access_token
  expect(code(await (await fetch(url.replace(access_token, fresh))).json())).toBe(40007)
})

test('a robot says 20 things a minute, within its lengths', async () => {
  const { fake } = await startCompany()
  const send = async (body: object, key = 'robot-key') => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    return code(await (await fetch(`${fake.url}/cgi-bin/webhook/send?key=${key}`, init)).json())
  }
  const markdown = (content: string) => ({ msgtype: 'markdown', markdown: { content } })
  expect(await send(markdown('x'), 'other')).toBe(93000)
  expect(await send(markdown('x'.repeat(4097)))).toBe(40058)
  expect(await send({ msgtype: 'text', text: { content: 'x'.repeat(2049) } })).toBe(40058)
  for (let count = 0; count < 20; count += 1) expect(await send(markdown(`**${count}**`))).toBe(0)
  expect(await send(markdown('too much'))).toBe(45009)
  expect(fake.group('robot-key')).toHaveLength(20)
  fake.advance(60_000)
  expect(await send({ msgtype: 'image', image: { base64: 'AAAA', md5: '0'.repeat(32) } })).toBe(301019)
  expect(await send(markdown('again'))).toBe(0)
})

test('faults by script: taken and never answered, or refused with a number', async () => {
  const { fake, app } = await startCompany()
  const lin = fake.member('lin')
  fake.faults.next('/cgi-bin/message/send', { errcode: 45009 })
  expect(code(await app('message/send', text('a')))).toBe(45009)
  fake.faults.next('/cgi-bin/message/send', 'reset-after-accept')
  await expect(app('message/send', text('b'))).rejects.toThrow()
  expect(lin.sees()).toMatchObject([{ text: 'b' }])
  expect(fake.calls.at(-1)).toMatchObject({ path: '/cgi-bin/message/send', json: { touser: 'lin' } })
  expect(fake.kf.log(KF_ID).entries).toEqual([])
})
