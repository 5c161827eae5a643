import { describe, expect, test } from 'vitest'
import { dmarcOf } from './authentication-results.ts'
import { readHeaders } from './mime.ts'

const IDS = ['mx.shop.example']
const verdict = (block: string, ids = IDS) =>
  dmarcOf(readHeaders(Buffer.from(`${block}\n\n`.replaceAll('\n', '\r\n'))), ids)
const AUTHOR = 'From: Wang <wang@client.example>'
const results = (said: string, server = 'mx.shop.example') => `Authentication-Results: ${server}; ${said}\n`
const passed = results('dmarc=pass header.from=client.example')

describe('the sender of a mail is proven', () => {
  test.each([
    ['by a pass of a named server for the author', passed + AUTHOR],
    [
      'whatever order and comments it comes in',
      results('spf=none; DMARC = pass (p=none) header.from=Client.Example') + AUTHOR,
    ],
    ["by a pass for the domain above the author's", `${passed}From: wang@mail.client.example`],
    ['in the second of two headers of that server', results('spf=pass') + passed + AUTHOR],
    [
      'below servers of the same house, as Gmail writes it',
      `Received: by 2002:a05:6a10 with SMTP id x\nReceived: from client by mx.shop.example with ESMTPS\n${passed}${AUTHOR}`,
    ],
  ])('%s', (_, block) => {
    expect(verdict(block)).toBe('pass')
  })
})

describe('the sender of a mail is not proven', () => {
  test.each([
    [
      'by words in a quoted mailbox',
      results(
        'spf=fail smtp.mailfrom="x; dmarc=pass header.from=client.example "@evil.test; dmarc=fail header.from=client.example',
      ) + AUTHOR,
      'fail',
    ],
    [
      'by words in a comment',
      results(
        'spf=fail (x; dmarc=pass header.from=client.example) smtp.mailfrom=evil.test; dmarc=fail header.from=client.example',
      ) + AUTHOR,
      'fail',
    ],
    [
      'by a comment in a comment',
      results('spf=fail (a (b) ; dmarc=pass header.from=client.example)') + AUTHOR,
      'unknown',
    ],
    [
      'by a quote that has no end',
      results('spf=fail smtp.mailfrom="x; dmarc=pass header.from=client.example') + AUTHOR,
      'unknown',
    ],
    ['by a reason', results('spf=fail reason="; dmarc=pass header.from=client.example"') + AUTHOR, 'unknown'],
    ['by a pass of another domain', results('dmarc=pass header.from=evil.test') + AUTHOR, 'fail'],
    [
      'by a pass of a domain that ends alike',
      `${results('dmarc=pass header.from=client.example')}From: a@evilclient.example`,
      'fail',
    ],
    ['by a pass that does not say of whom', results('dmarc=pass') + AUTHOR, 'unknown'],
    ['for two authors', `${passed}From: a@client.example, wang@client.example`, 'fail'],
    ['for two From headers', `${passed}From: a@client.example\nFrom: wang@client.example`, 'fail'],
    [
      'by two verdicts of which one is no pass',
      results('dmarc=fail header.from=client.example; dmarc=pass header.from=client.example') + AUTHOR,
      'fail',
    ],
    ['by a stranger', results('dmarc=pass header.from=client.example', 'mx.evil.test') + AUTHOR, 'unknown'],
    ["by a header below another server's mark", `Received: from x by mx.evil.test\n${passed}${AUTHOR}`, 'unknown'],
    [
      'by a header below what the named server says',
      `${results('spf=fail')}Received: by x\n${passed}${AUTHOR}`,
      'unknown',
    ],
    ['where there is no policy', results('dmarc=none header.from=client.example') + AUTHOR, 'unknown'],
    ['where nothing is said', AUTHOR, 'unknown'],
  ] as const)('%s', (_, block, expected) => {
    expect(verdict(block)).toBe(expected)
  })

  test('where no server is named', () => {
    expect(verdict(passed + AUTHOR, [])).toBe('unknown')
  })
})

test('a verdict that never ends is read in no time', () => {
  const started = performance.now()
  for (const piece of ['(', '"', ';', '=', 'dmarc=', '\\', '(\\', 'a ']) verdict(results(piece.repeat(60_000)) + AUTHOR)
  expect(performance.now() - started).toBeLessThan(2_000)
})
