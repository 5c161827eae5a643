import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decode } from './codec.ts'
import { readMail } from './mime.ts'

const OWN = ['kefu@shop.example']
const read = (name: string) =>
  decode(readMail(readFileSync(new URL(`./fixtures/${name}`, import.meta.url))), { own: OWN, authservIds: [] })
const mail = (headers: string, text = 'Hello, is my order on its way?') =>
  decode(readMail(Buffer.from(`${headers}\n\n${text}\n`)), { own: OWN, authservIds: [] })

describe('bounces', () => {
  const files = readdirSync(new URL('./fixtures/bounces', import.meta.url)).filter((name) => name.endsWith('.eml'))
  test.each(files)('%s is never answered', (name) => {
    expect(read(`bounces/${name}`).automatic).toBe('bounce')
  })

  test('name our mail, whom it did not reach, and why', () => {
    expect(read('bounces/dsn-failed.eml').bounce).toEqual({
      kind: 'failed',
      recipient: 'wang@client.example',
      recipients: ['wang@client.example'],
      messageId: 'abc.token@shop.example',
      status: '5.1.1',
      form: 'machine',
      permanent: true,
      reason: '550 5.1.1 <wang@client.example>: Recipient address rejected: User unknown',
    })
  })

  test('that only tell of a delay are no failures', () => {
    expect(read('bounces/dsn-delayed.eml').bounce).toMatchObject({ kind: 'delayed', permanent: false, status: '4.4.1' })
  })

  test('of a forwarded mail name the address we wrote to', () => {
    expect(read('bounces/dsn-forwarded.eml').bounce?.recipients).toEqual(['wang@client.example'])
  })

  test('of Chinese providers are read', () => {
    for (const name of ['qq', 'netease', 'dsn-outlook-chinese'])
      expect(read(`bounces/${name}.eml`).bounce).toMatchObject({ kind: 'failed', recipient: 'wang@client.example' })
  })

  test('that bring no machine-readable part are read from their words', () => {
    expect(read('bounces/qmail.eml').bounce).toMatchObject({
      messageId: 'abc.token@shop.example',
      form: 'returned',
      reason: 'Remote host said: 550 5.1.1 unknown user',
    })
  })

  test('from a sender who reads nothing are known by the mail they bring back', () => {
    const bounced = mail(
      'From: no-reply@client.example\nSubject: Notice\nContent-Type: multipart/mixed; boundary=b',
      '--b\nContent-Type: text/plain\n\nIt could not be delivered to: <wang@client.example>\n\n--b\nContent-Type: message/rfc822\n\nTo: li@client.example\n\nHello\n--b--',
    )
    expect(bounced).toMatchObject({ automatic: 'bounce', bounce: { recipients: ['wang@client.example'] } })
    expect(
      mail('From: no-reply@client.example\nSubject: Notice', 'Bob <bob@y.example> could not be reached.'),
    ).toMatchObject({
      automatic: 'system',
      bounce: undefined,
    })
  })

  test('of a mail that was handed on name whom we wrote to', () => {
    const returned = 'Delivered-To: list@client.example\nTo: wang@client.example\nMessage-ID: <a@shop.example>'
    const bounced = mail(
      'From: MAILER-DAEMON@client.example\nSubject: failure notice\nContent-Type: multipart/mixed; boundary=b',
      `--b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n\n--b\nContent-Type: message/rfc822\n\n${returned}\n\nHello\n--b--`,
    )
    expect(bounced.bounce?.recipients).toEqual(['wang@client.example'])
  })

  test('that report a success fail nothing and are not answered', () => {
    expect(read('delivered.eml')).toMatchObject({ bounce: undefined, automatic: 'system' })
  })
})

describe('automatic mail', () => {
  test.each([
    ['Auto-Submitted: auto-replied', 'auto-reply'],
    ['Auto-Submitted: auto-generated', 'system'],
    ['Precedence: auto_reply', 'auto-reply'],
    ['X-Autoreply: yes', 'auto-reply'],
    ['X-Autorespond: out', 'auto-reply'],
    ['Subject: Automatic reply: your mail', 'auto-reply'],
    ['Subject: Out of Office: back on Monday', 'auto-reply'],
    ['Subject: =?UTF-8?B?6Ieq5Yqo5Zue5aSNOiDmgqjnmoTpgq7ku7Y=?=', 'auto-reply'],
    ['Subject: Abwesenheitsnotiz: Urlaub', 'auto-reply'],
    ['X-Auto-Response-Suppress: All', 'system'],
    ['List-Id: <news.client.example>', 'list'],
    ['Precedence: bulk', 'bulk'],
    ['List-Unsubscribe: <mailto:off@client.example>', 'bulk'],
    ['Return-Path: <>', 'system'],
  ])('with "%s" is known as %s', (header, kind) => {
    expect(mail(`From: wang@client.example\n${header}`).automatic).toBe(kind)
  })

  test.each(['no-reply@client.example', 'donotreply@client.example', 'MAILER-DAEMON@client.example'])(
    'from %s is not answered',
    (from) => {
      expect(mail(`From: ${from}\nSubject: news`).automatic).toBe('system')
    },
  )

  test('from ourselves is known by our address alone, not by what a stranger writes into a header', () => {
    expect(mail('From: Shop <Kefu@Shop.example>').own).toBe(true)
    expect(mail('From: wang@client.example\nX-Hutong-Loop: 1\nReply-To: li@client.example')).toMatchObject({
      own: false,
      automatic: undefined,
    })
  })
})

describe('mail by people', () => {
  test.each([
    ['an explicit no', 'Auto-Submitted: no', 'Hello'],
    ['a subject about holidays', 'Subject: Question about my holiday booking', 'I will be out of office next week.'],
    ['a subject about automatic doors', 'Subject: Automatic door does not open', 'It says error 550 5.1.1'],
    ['words about a failure', 'Subject: my parcel could not be delivered', 'The courier failed to deliver the parcel.'],
    ['a forwarded bounce', 'Subject: Fwd: failure notice', 'I got this: <x@y.example>: 550 user unknown. Please help.'],
    ['a wish for receipts only', 'X-Auto-Response-Suppress: DR, RN, NRN', 'Hello'],
    ['Chinese words about returned mail', 'Subject: =?UTF-8?B?6YCA5L+h?=', '我给你们发的邮件被退信了'],
  ])('with %s is answered', (_, header, text) => {
    expect(mail(`From: Wang <wang@client.example>\n${header}`, text)).toMatchObject({
      automatic: undefined,
      bounce: undefined,
    })
  })

  test.each([
    ['Al <al@gmail.example>', 'Delivery problem', 'My parcel could not be delivered, the address was not found.'],
    ['al@foxmail.example', '商品退回', '商品已经退回，物流说无法送达，收件人地址不存在，请重新发货。'],
    ['Anna <admin@florist.example>', 'Undelivered parcel', 'The parcel was not delivered: user account unknown.'],
    ['admin@club.example', 'Fw: failure notice', 'I got this: <x@y.example>: 550 user unknown. Please help.'],
    ['mail@bakery.example', 'Undeliverable invoice', 'Your invoice to mail@bakery.example could not be delivered.'],
    ['Daemon Smith <d@client.example>', 'My order', 'It was not delivered.'],
    ['al@client.example', 'OOO', 'On our own, do we need a plan?'],
    ['al@client.example', '自动回复功能怎么设置？', '想在店铺里用自动回复，请问怎么开启？'],
    ['al@client.example', 'Automatic reply does not work in the app', 'When I turn it on nothing happens.'],
    ['al@client.example', 'Out of office chairs?', 'Are the office chairs out of stock?'],
  ])('from %s about "%s" is answered', (from, subject, text) => {
    const encoded = `=?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`
    expect(mail(`From: ${from}\nSubject: ${encoded}\nContent-Type: text/plain; charset=utf-8`, text)).toMatchObject({
      automatic: undefined,
      bounce: undefined,
    })
  })

  test.each(['chinese', 'chinese-held-out', 'fresh-human'])('from Chinese mail programs (%s) is answered', (set) => {
    const folder = new URL(`./fixtures/${set}/emails/`, import.meta.url)
    const all = readdirSync(folder).filter((name) => name.endsWith('.eml'))
    const texts = readdirSync(folder).filter((name) => name.endsWith('.txt'))
    expect(all.filter((name) => read(`${set}/emails/${name}`).automatic !== undefined)).toEqual([])
    const head = 'From: wang@client.example\nContent-Type: text/plain; charset=utf-8'
    const robots = texts.filter(
      (name) => mail(head, readFileSync(new URL(name, folder), 'utf8')).automatic !== undefined,
    )
    expect(robots).toEqual([])
  })
})
