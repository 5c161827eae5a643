import type { Part } from '@hutong/core/parts'
import { describe, expect, test } from 'vitest'
import { decode, type Kept, messagesOf } from './codec.ts'
import { encode } from './letter.ts'
import { readMail } from './mime.ts'
import { createReplyTokens } from './reply-token.ts'

const reading = { own: [], authservIds: ['mx.shop.example'] }
const read = (source: string) => decode(readMail(Buffer.from(source.replaceAll('\n', '\r\n'))), reading)

describe('a mail', () => {
  test('is read with its names, subject, thread and parts', () => {
    const letter = read(`From: =?GB2312?B?zfXQocP3?= <Wang@Client.example>
To: Shop <kf+token@shop.example>, b@shop.example
Delivered-To: kf@shop.example
Subject: =?UTF-8?Q?Re:_=E8=AE=A2?= =?UTF-8?Q?=E5=8D=95?=
Date: Tue, 5 Mar 2024 09:12:00 +0800 (CST)
Message-ID: <one@client.example>
In-Reply-To: <last@shop.example>
References: <first@shop.example>
 <last@shop.example>
Content-Type: multipart/mixed; boundary="m"

--m
Content-Type: multipart/related; boundary="r"

--r
Content-Type: text/html; charset=utf-8

<p>See</p><img src="cid:p1">
--r
Content-Type: image/png; name="p.png"
Content-ID: <p1>
Content-Transfer-Encoding: base64

iVBORw==
--r--
--m
Content-Type: application/pdf
Content-Disposition: attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf

%PDF
--m--
`)
    expect(letter).toMatchObject({
      id: 'one@client.example',
      from: { address: 'wang@client.example', name: '王小明' },
      to: ['kf+token@shop.example', 'b@shop.example', 'kf@shop.example'],
      subject: 'Re: 订单',
      sentAt: Date.UTC(2024, 2, 5, 1, 12),
      answers: ['last@shop.example', 'first@shop.example'],
      text: 'See',
      automatic: undefined,
    })
    expect(letter.attachments).toEqual([
      { part: '1.2', name: 'p.png', type: 'image/png', bytes: 4, contentId: 'p1', inline: true },
      { part: '2', name: '合同.pdf', type: 'application/pdf', bytes: 4, inline: false },
    ])
  })

  test('without a Message-ID has the same id whenever it is read', () => {
    const source = 'From: a@b.example\nSubject: x\n\nHello\n'
    expect(read(source).id).toBe(read(source).id)
    expect(read(source).id).not.toBe(read(source.replace('Hello', 'Hallo')).id)
  })

  test.each([
    '',
    'x',
    '\n\n',
    'From:\n\n',
    'Content-Type: multipart/mixed\n\n--\n',
    '\u0000\u0001',
    'From: "<>@,;:\n\n=',
  ])('that is broken is read as far as it goes: %j', (source) => {
    expect(read(source).id).not.toBe('')
  })

  test('of flowed text has its paragraphs whole', () => {
    const letter = read(
      'From: a@b.example\nContent-Type: text/plain; format=flowed\n\nOne line \nthat goes on.\n\nTwo\n',
    )
    expect(letter.text).toBe('One line that goes on.\n\nTwo')
  })

  test('nested without end is read in no time', () => {
    const deep = Array.from(
      { length: 400 },
      (_, at) => `Content-Type: multipart/mixed; boundary="b${at}"\n\n--b${at}\n`,
    )
    const started = performance.now()
    read(`From: a@b.example\n${deep.join('')}`)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

test('a mail with the words of another under its Message-ID is told apart, a copy of it is not', () => {
  const source = 'From: a@b.example\nMessage-ID: <one@b.example>\n\nHello\n'
  expect(read(source).digest).toBe(read(`Received: by elsewhere\n${source}`).digest)
  expect(read(source).digest).not.toBe(read(source.replace('Hello', 'Hallo')).digest)
})

describe('the messages of a mail', () => {
  const file = (at: number): Kept => ({
    attachment: { part: `${at}`, name: `${at}.png`, type: 'image/png', inline: false },
    file: { id: `f_${at}`, site: 's', name: 'x', type: 'image/png', bytes: 1 },
  })

  test('hold its text and files in its order', () => {
    const letter = read('From: a@b.example\n\nHello\n')
    expect(messagesOf(letter, [file(1)])).toEqual([
      [
        { kind: 'text', text: 'Hello', format: 'plain' },
        { kind: 'image', file: 'f_1', type: 'image/png', bytes: 1, name: '1.png' },
      ],
    ])
  })

  test('lose nothing of a long one', () => {
    const words = Array.from({ length: 6_000 }, (_, at) => `word${at}`).join('\n')
    const messages = messagesOf(read(`From: a@b.example\n\n${words}\n`), [1, 2, 3, 4, 5, 6, 7, 8].map(file))
    expect(messages.every((one) => one.length <= 10)).toBe(true)
    const texts = messages.flat().flatMap((one) => (one.kind === 'text' ? [one.text] : []))
    expect(texts.every((text) => text.length <= 8_000)).toBe(true)
    expect(texts.join('\n')).toBe(words)
    expect(messages.flat().filter(({ kind }) => kind === 'image')).toHaveLength(8)
  })
})

describe('an outgoing mail', () => {
  const envelope = { subject: '订单', title: 'Shop', replyAddress: 'kf+t@shop.example', options: [] }
  const text = (said: string): Part => ({ kind: 'text', text: said, format: 'plain' })

  test('says the same in text and HTML', () => {
    const {
      text: plain,
      html,
      subject,
    } = encode([text('Hello\nthere'), text('See https://x.example/a?b=1&c=2')], envelope)
    expect(subject).toBe('Re: 订单')
    expect(plain).toBe('Hello\nthere\n\nSee https://x.example/a?b=1&c=2\n')
    expect(html).toContain('Hello<br>\nthere')
    expect(html).toContain('<a href="https://x.example/a?b=1&#38;c=2">')
  })

  test('carries no markup of what people write', () => {
    const { html } = encode([text('<img src=x onerror=alert(1)> "&\'')], envelope)
    expect(html).not.toContain('<img')
    expect(html).toContain('&#60;img')
  })

  test('loads nothing from elsewhere', () => {
    const parts: Part[] = [
      { kind: 'image', file: 'f_1', alt: 'A "door"' },
      { kind: 'image', url: 'https://x.example/a.png', name: 'a.png' },
      { kind: 'card', title: 'Card', image: 'https://x.example/b.png', buttons: [] },
    ]
    const { html } = encode(parts, envelope)
    expect([...html.matchAll(/src="([^"]*)"/g)].map(([, src]) => src)).toEqual(['cid:f_1@hutong'])
  })

  test('offers choices as numbers and as links that answer', () => {
    const { text: plain, html } = encode([text('Which?\n1. Blue\n2. Red & white')], {
      ...envelope,
      options: [
        { number: 1, label: 'Blue' },
        { number: 2, label: 'Red & white' },
      ],
    })
    expect(plain).toContain('1. Blue\n2. Red & white')
    expect(html).toContain('href="mailto:kf%2Bt@shop.example?subject=Re%3A%20%E8%AE%A2%E5%8D%95&#38;body=1.%20Blue"')
    expect(html.match(/mailto:/g)).toHaveLength(2)
  })

  test('has no line breaks in its subject', () => {
    expect(encode([text('x')], { ...envelope, subject: 'a\r\nBcc: x@y.example' }).subject).toBe(
      'Re: a Bcc: x@y.example',
    )
  })
})

describe('a reply token', () => {
  const tokens = createReplyTokens('secret')
  const conversation = 'v_abcdefghijklmnopqrstuv'.replace('v_a', 'v_A').slice(0, 23).concat('w')

  test('names its conversation in a Message-ID and in an address, in any case of letters', () => {
    const thread = { kind: 'thread', conversation } as const
    const id = tokens.messageId(thread, 'd_1:0', 'shop.example')
    const address = tokens.address(conversation, 'kf@shop.example')
    expect(tokens.read(id)).toEqual(thread)
    expect(tokens.read(address.toUpperCase())).toEqual(thread)
    expect(address.split('@')[0]?.length).toBeLessThanOrEqual(64)
    expect(tokens.messageId(thread, 'd_1:0', 'shop.example')).toBe(id)
    expect(tokens.messageId(thread, 'd_2:0', 'shop.example')).not.toBe(id)
  })

  test.each([
    { kind: 'agent', agent: 'a_anna', conversation },
    { kind: 'code', conversation },
  ] as const)('says what it is for: $kind', (token) => {
    expect(tokens.read(tokens.messageId(token, 'd_1:0', 'shop.example'))).toEqual(token)
  })

  test('of somebody else, or changed by one letter, names nothing', () => {
    const address = tokens.address(conversation, 'kf@shop.example')
    expect(createReplyTokens('other').read(address)).toBeUndefined()
    for (let at = 3; at < address.indexOf('@'); at += 1) {
      const other = address[at] === '0' ? '1' : '0'
      expect(tokens.read(address.slice(0, at) + other + address.slice(at + 1))).toBeUndefined()
    }
    for (const text of ['kf@shop.example', 'kf+c@shop.example', 'kf+t@x', '', 'c0000000000000000@x'])
      expect(tokens.read(text)).toBeUndefined()
  })
})
