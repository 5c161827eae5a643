import { describe, expect, it } from 'vitest'
import { bounceOf } from './bounce.ts'
import { decodeText } from './charset.ts'
import { decode } from './codec.ts'
import { textOfHtml, unfold } from './html-text.ts'
import { readHeaders, readMail, structured, words } from './mime.ts'
import { idsIn, peopleIn } from './people.ts'
import { trimHtml } from './reply-html.ts'
import { trimReply } from './reply-text.ts'
import { safeHtml } from './safe-html.ts'
import { uidsIn } from './uids.ts'

const KIB = 1024
/** Sixteen times the length may take this much longer: a reader that is quadratic takes 256 times as long. */
const RATIO_MAX = 60
/** Below this many milliseconds a measurement is noise. */
const NOISE = 40

/** What hostile mails are made of: each is repeated until it fills the mail. */
const SHAPES = [
  ...[
    ' ',
    '\n',
    '\r\n',
    ' \n',
    '\0',
    '-',
    '>',
    '> \n',
    '<',
    '(',
    '"',
    '=',
    ';',
    ',',
    'a@',
    'a@b.c,',
    '<a@b>',
    'a: b\n',
  ],
  ...[
    'On Mon ',
    '发件人：',
    '_',
    '=?utf-8?q?',
    '; a="',
    '; a*0*=%',
    '=\n',
    'a \n',
    '----- Original Message -----\n',
    '[',
  ],
  ...[
    '<div>',
    '<table><tr><td>',
    '<li><p>',
    '</x>',
    '<a b="',
    '<!--',
    '&amp',
    '<a href="http://x">y</a>',
    'x<i></i>y ',
  ],
  ...['\xc4\xe3', '\nFinal-Recipient: rfc822; a@b\n\n', 'could not be delivered to a@b '],
]

type Reader = (filled: string) => unknown
const bytes = (text: string) => Buffer.from(text, 'latin1')
const mailOf = (headers: string, filled: string) => readMail(bytes(`${headers}\r\n\r\n${filled}x`))
const READING = { own: [], authservIds: ['mx.test'] }
const decoded = (headers: string, filled: string) => decode(mailOf(`From: a@b.test\r\n${headers}`, filled), READING)

const READERS: Readonly<Record<string, Reader>> = {
  'the headers': (filled) => decode({ headers: readHeaders(bytes(filled)), bodies: [], attachments: [] }, READING),
  'a header of each name': (filled) =>
    decoded(
      ['Subject', 'Date', 'To', 'References', 'Message-ID', 'Content-Type', 'Authentication-Results', 'Return-Path']
        .map((name) => `${name}: ${filled.slice(0, filled.length / 8).replace(/[\r\n]/g, ' ')}`)
        .join('\r\n'),
      'hi',
    ),
  'people, ids, words, parameters and numbers': (filled) => {
    const value = filled.slice(0, 16 * KIB)
    return [peopleIn(value), idsIn(value), words(value), structured(value), filled.length < 0 && uidsIn(filled)]
  },
  'a plain text': (filled) => decoded('Content-Type: text/plain', filled),
  'a quoted-printable text': (filled) => mailOf('Content-Transfer-Encoding: quoted-printable', filled),
  'a base64 text': (filled) => mailOf('Content-Transfer-Encoding: base64', filled),
  'a text of flowing lines': (filled) => unfold(filled, true),
  'a reply': (filled) => trimReply(filled),
  'a page': (filled) => textOfHtml(filled),
  'a reply in HTML': (filled) => trimHtml(filled),
  'a page that is shown': (filled) => safeHtml(filled, { remote: false, inline: () => undefined }),
  'a text of any charset': (filled) => [decodeText(bytes(filled), 'gbk'), decodeText(bytes(filled), 'us-ascii')],
  'many parts': (filled) => mailOf('Content-Type: multipart/mixed; boundary=b', filled.replaceAll('--', '--b\r\n')),
  'parts without a boundary': (filled) => mailOf('Content-Type: multipart/mixed', filled),
  'a report': (filled) => {
    const mail = mailOf('From: MAILER-DAEMON@x.test\r\nContent-Type: message/delivery-status', filled)
    return bounceOf(mail, filled)
  },
  'a report in words': (filled) =>
    bounceOf(mailOf('From: MAILER-DAEMON@x.test\r\nSubject: Undelivered', filled), `could not be delivered ${filled}`),
}

type Clock = () => number
/** Fine enough for short texts, and never less than the work was. */
const byWall: Clock = () => performance.now()
/** Coarse; other processes do not count. */
const byThread: Clock = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** The best of three. */
function milliseconds(clock: Clock, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3 && best > NOISE / 4; round += 1) {
    const began = clock()
    work()
    best = Math.min(best, clock() - began)
  }
  return best
}

const filled = (shape: string, length: number) => shape.repeat(Math.ceil(length / shape.length)).slice(0, length)

describe.each(Object.entries(READERS))('reading %s', (_, read) => {
  it('takes time in proportion to its length, whatever it is made of', () => {
    const slow = SHAPES.flatMap((shape) => {
      const [short, long] = [64 * KIB, KIB * KIB].map((length) => filled(shape, length))
      const few = milliseconds(byWall, () => read(short ?? ''))
      // What takes so long at this length would take hours at the other.
      const many = few > 20 * NOISE ? Number.POSITIVE_INFINITY : milliseconds(byThread, () => read(long ?? ''))
      const linear = many < NOISE || many / Math.max(few, 1) < RATIO_MAX
      return linear ? [] : [`${JSON.stringify(shape)}: ${few.toFixed(1)} ms, then ${many.toFixed(1)} ms`]
    })
    expect(slow).toEqual([])
  }, 60_000)
})
