import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { decode } from './codec.ts'
import { HEADERS_MAX, readHeaders, readMail, structured } from './mime.ts'

const READING = { own: ['support@stand.test'], authservIds: ['mx.stand.test'] }
const FOLDERS = ['fixtures/bounces/', 'fixtures/chinese/emails/'].map((one) => new URL(one, import.meta.url))
const SOURCES = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .map((name) => readFileSync(new URL(name, folder))),
)
/** What mails are made of, and what breaks them. */
const PIECES = [
  ...[
    '\r\n\r\n',
    '\n\n',
    '\r',
    '\n',
    '\0',
    ';',
    '"',
    '=',
    '=?utf-8?B?',
    '?=',
    '--',
    '(',
    ')',
    '\\',
    '<',
    '>',
    ',',
    '%',
  ],
  ...['*0*=', ': ', '\t', ' ', '[', '|', '$', 'a', 'a@', '`', '\u001b$', '\xb2', '=\r\n', '\n ', '\n>', 'charset='],
  ...['message/rfc822', 'boundary=', 'Content-Type: multipart/mixed; boundary=a\r\n', '--a\r\n', '--a--\r\n'],
  ...[
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: quoted-printable\r\n',
    'On 1/1/26 a wrote:\n',
  ],
]

/** Mulberry32: the same numbers for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

function mutated(source: Buffer, roll: (below: number) => number): Buffer {
  let mail = source
  for (let changes = 1 + roll(6); changes > 0; changes -= 1) {
    const at = roll(mail.length + 1)
    const other = SOURCES[roll(SOURCES.length)] ?? source
    const piece = Buffer.from(PIECES[roll(PIECES.length)] ?? '', 'latin1')
    const inserted = [piece, Buffer.alloc(roll(20_000), piece), other.subarray(roll(other.length)), Buffer.alloc(0)]
    const skipped = roll(3) === 0 ? roll(300) : 0
    mail = Buffer.concat([mail.subarray(0, at), inserted[roll(4)] ?? piece, mail.subarray(at + skipped)])
    if (mail.length > 0) mail[roll(mail.length)] = roll(256)
  }
  return mail.subarray(0, 100_000)
}

/** The best of three, so that another process does not count. */
function milliseconds(work: () => unknown): number {
  const times: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now()
    work()
    times.push(performance.now() - began)
    if ((times[round] ?? 0) < 50) break
  }
  return Math.min(...times)
}

it('reads a thousand broken mails without a fault, each at once and always alike', () => {
  const roll = dice(20_261_121)
  for (let round = 0; round < 1_000; round += 1) {
    const mail = mutated(SOURCES[roll(SOURCES.length)] ?? Buffer.alloc(0), roll)
    expect(
      milliseconds(() => readMail(mail)),
      `mail ${round}`,
    ).toBeLessThan(50)
    if (round % 10 === 0) expect(decode(readMail(mail), READING)).toEqual(decode(readMail(mail), READING))
  }
}, 60_000)

it.each(PIECES.map((piece) => [JSON.stringify(piece), piece]))('is not kept busy by a mail made of %s', (_, piece) => {
  const endless = Buffer.alloc(256 * 1024, piece, 'latin1').toString('latin1')
  const places = [
    `From: a@b.test\r\nSubject: hi\r\n\r\n${endless}`,
    `From: a@b.test\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${endless}x`,
    `From: ${endless}\r\nSubject: ${endless}\r\n\r\nhi`,
    `Content-Type: multipart/mixed; boundary="${endless}"; x=${endless}\r\n\r\n${endless}`,
    `Content-Type: multipart/mixed\r\n\r\n${endless}x y`,
  ]
  for (const source of places) expect(milliseconds(() => readMail(Buffer.from(source, 'latin1')))).toBeLessThan(500)
})

it('leaves out what stands beyond a quarter of a megabyte of headers', () => {
  const line = `X-Filler: ${'x'.repeat(1_000)}\r\n`
  const headers = readHeaders(Buffer.from(`Subject: first\r\n${line.repeat(5_000)}From: last@b.test\r\n\r\n`))
  expect(headers[0]).toEqual({ name: 'subject', value: 'first' })
  expect(headers.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(HEADERS_MAX)
  expect(headers.some(({ name }) => name === 'from')).toBe(false)
})

it('goes no deeper than twenty mails in one another, and takes no more than two hundred parts', () => {
  const nested = Array.from(
    { length: 60 },
    (_, depth) => `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`,
  )
  expect(readMail(Buffer.from(`${nested.join('')}\r\n\r\ndeep`)).bodies).toEqual([])
  const many = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(1_000)}`
  expect(readMail(Buffer.from(many)).attachments.length).toBeLessThan(200)
})

it('reads a file name in pieces, in another charset, in encoded words and in quotes', () => {
  expect(structured(`attachment; filename*0*=utf-8''%E8%8C%B6; filename*1=".png"`).parameters.filename).toBe('茶.png')
  expect(structured(`attachment; filename*=gb2312''%B2%E8.png`).parameters.filename).toBe('茶.png')
  expect(structured('attachment; filename="=?gbk?B?suguy25n?="').parameters.filename).not.toContain('=?')
  expect(structured('attachment; filename="a \\"b\\"; c.txt"').parameters.filename).toBe('a "b"; c.txt')
})
