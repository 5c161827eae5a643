import { createFakeEnvelope } from '@hutong/tencent/fake-envelope'
import { fakeElement, fakeJson, fakeXml } from '@hutong/tencent/fake-payload'
import { afterEach, expect, test } from 'vitest'
import { type AccountStand, APP_ID, type Callback, PNG, startAccount } from './test-account.ts'

const envelope = createFakeEnvelope({ token: 'AAAAA', encodingAesKey: 'A'.repeat(43), receiveId: APP_ID })
const OUT_OF_ORDER = '该公众号提供的服务出现故障，请稍后再试'

const open: AccountStand[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function start(...given: Parameters<typeof startAccount>) {
  const stand = await startAccount(...given)
  open.push(stand)
  const phone = stand.fake.phone('o_lin')
  await phone.follow()
  return { ...stand, phone }
}

function reply(content: string, to = 'o_lin'): string {
  return fakeXml({ ToUserName: to, FromUserName: 'gh_3c884a361561', CreateTime: 1, MsgType: 'text', Content: content })
}

const isText = ({ body }: Callback) => body.includes('<![CDATA[text]]>')

test('what a customer sends comes with every field of the platform, ids beyond 2^53 among them', async () => {
  const { phone, callbacks } = await start()
  await phone.say('1 < 2')
  await phone.image({ name: 'a.png', bytes: PNG })
  await phone.voice({ name: 'a.amr', bytes: PNG }, '你好')
  await phone.video({ name: 'a.mp4', bytes: PNG })
  await phone.location({ latitude: 23.13, longitude: 113.35, label: '广州' })
  await phone.link({ title: 'T', description: 'D', url: 'https://shop.example/' })
  const fields = callbacks.slice(1).map(({ body }) => body.match(/<(?!\/|!|xml)\w+/g)?.map((one) => one.slice(1)))
  const common = ['ToUserName', 'FromUserName', 'CreateTime', 'MsgType']
  expect(fields).toEqual([
    [...common, 'Content', 'MsgId'],
    [...common, 'PicUrl', 'MediaId', 'MsgId'],
    [...common, 'MediaId', 'Format', 'Recognition', 'MsgId'],
    [...common, 'MediaId', 'ThumbMediaId', 'MsgId'],
    [...common, 'Location_X', 'Location_Y', 'Scale', 'Label', 'MsgId'],
    [...common, 'Title', 'Description', 'Url', 'MsgId'],
  ])
  expect(fakeElement(callbacks[1]?.body ?? '', 'MsgId')).toBe('4561255354251345930')
  expect(callbacks[1]?.query.get('openid')).toBe('o_lin')
})

test('tapping an item of a menu sends its text with its id, and counts as a press, not as a message', async () => {
  const { phone, callbacks, ask } = await start()
  const list = [{ id: '101', content: '满意' }]
  await ask('message/custom/send', { touser: 'o_lin', msgtype: 'msgmenu', msgmenu: { list } })
  await phone.clickMsgMenu('101')
  expect(callbacks[1]?.body).toContain('<bizmsgmenuid><![CDATA[101]]></bizmsgmenuid>')
  await expect(phone.clickMsgMenu('102')).rejects.toThrow('offers')
})

test('JSON callbacks carry their ids as bare numbers, and the safe mode hides every word', async () => {
  const json = await start({ format: 'json' })
  await json.phone.say('hello')
  expect(json.callbacks[1]?.body).toContain('"MsgId":4561255354251345930')
  const safe = await start({ mode: 'safe' })
  await safe.phone.say('hello')
  const { query, body } = safe.callbacks[1] ?? { query: new URLSearchParams(), body: '' }
  expect(body).not.toContain('hello')
  expect(query.get('encrypt_type')).toBe('aes')
  expect(envelope.decrypt(fakeElement(body, 'Encrypt') ?? '')).toContain('hello')
  const both = await start({ mode: 'compatible', format: 'json' })
  await both.phone.say('hello')
  expect(Object.keys(JSON.parse(both.callbacks[1]?.body ?? ''))).toEqual(expect.arrayContaining(['Content', 'Encrypt']))
})

test('a reply at once is shown and counts for nothing', async () => {
  const { phone, ask } = await start({}, (callback) => (isText(callback) ? reply('您好') : 'success'))
  await phone.say('hi')
  expect(phone.sees().at(-1)).toMatchObject({ from: 'account', kind: 'text', text: '您好' })
  const codes = []
  for (let count = 0; count < 9; count += 1)
    codes.push((await ask('message/custom/send', { touser: 'o_lin', msgtype: 'text', text: { content: 'a' } })).errcode)
  expect(codes).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 45047])
})

test('an encrypted reply in JSON is read', async () => {
  const inside = fakeJson({
    ToUserName: 'o_lin',
    FromUserName: 'gh_3c884a361561',
    CreateTime: 1,
    MsgType: 'text',
    Content: '好',
  })
  const { phone } = await start({ mode: 'safe', format: 'json' }, () => {
    const encrypted = envelope.encrypt(inside)
    return fakeJson({ Encrypt: encrypted, MsgSignature: envelope.sign('1', '2', encrypted), TimeStamp: 1, Nonce: '2' })
  })
  expect(phone.sees()).toMatchObject([{ kind: 'text', text: '好' }])
})

test.each([
  ['of no format', 'OK'],
  ['to somebody else', reply('hi', 'o_max')],
  ['without an end', reply('hi').slice(0, -6)],
  ['with nothing in it', reply('')],
])('after a reply %s the customer reads that the service is out of order', async (_, wrong) => {
  const { phone } = await start({}, (callback) => (isText(callback) ? wrong : 'success'))
  await phone.say('hi')
  expect(phone.sees().at(-1)).toMatchObject({ from: 'platform', kind: 'notice', text: OUT_OF_ORDER })
})

test('a server that is down is asked three times, and then the customer reads of it', async () => {
  const { fake, phone } = await start()
  fake.callback('http://127.0.0.1:9/')
  const told = phone.say('hi')
  const done = told.then(() => true)
  await expect
    .poll(async () => {
      fake.advance(5_000)
      return Promise.race([done, Promise.resolve(false)])
    })
    .toBe(true)
  expect(await told).toEqual({ attempts: 3, outcome: 'failed' })
  expect(phone.sees().at(-1)).toMatchObject({ kind: 'notice', text: OUT_OF_ORDER })
})

test('a callback can be sent again as it was, and one with any fields can be made', async () => {
  const { fake, phone, callbacks } = await start()
  await phone.say('hi')
  const [, push] = fake.pushes
  if (push === undefined) throw new Error('nothing was pushed')
  await Promise.all([fake.deliver(push), fake.deliver(push)])
  expect(new Set(callbacks.slice(1).map(({ query, body }) => `${query}${body}`)).size).toBe(1)
  expect(await fake.deliver(fake.compose('o_lin', { MsgType: 'strange', Thing: 1 }))).toMatchObject({
    outcome: 'success',
  })
})

test('the check of the address passes where the text comes back', async () => {
  const { fake } = await start({}, ({ query }) => query.get('echostr') ?? 'success')
  expect(await fake.checkCallback()).toBe(true)
  fake.callback(undefined)
  expect(await fake.checkCallback()).toBe(false)
})
