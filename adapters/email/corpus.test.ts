import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { scoreBounces, scoreFolder, scoreReplies } from './corpus.ts'

const fixtures = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'hutong-corpus-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

describe('a corpus', () => {
  test('of ninety replies from Chinese mail programs is cut as a person would', () => {
    const { right, all, misses } = scoreReplies(fixtures('chinese'))
    expect(misses).toEqual([])
    expect([right, all]).toEqual([90, 90])
  })

  test('of forty more, written down before the rules saw them, is cut as a person would', () => {
    const { right, all, misses } = scoreReplies(fixtures('chinese-held-out'))
    expect(misses).toEqual([])
    expect([right, all]).toEqual([40, 40])
  })

  test('of forty mails by customers, forms and odd charsets among them, is cut as a person would', () => {
    const { right, all, misses } = scoreReplies(fixtures('fresh-human'))
    expect(misses).toEqual([])
    expect([right, all]).toEqual([40, 40])
  })

  test('of forty mails by robots is never answered', () => {
    expect(scoreBounces(fixtures('fresh-automatic'))).toEqual({ right: 40, all: 40, misses: [] })
  })

  test('of bounces names whom each mail did not reach', () => {
    const { right, all, misses } = scoreBounces(fixtures('bounces'))
    expect(misses).toEqual([])
    expect(right).toBe(all)
    expect(all).toBeGreaterThan(10)
  })

  test('says which reply was cut wrongly', () => {
    const path = folder()
    for (const part of ['emails', 'trimmed']) mkdirSync(join(path, part))
    writeFileSync(join(path, 'emails', 'one.txt'), 'yes\n\nOn 1 May 2024 at 10:00, Al <a@b.example> wrote:\n> ok?\n')
    writeFileSync(join(path, 'trimmed', 'one.txt'), 'no\n')
    expect(scoreReplies(path)).toEqual({ right: 0, all: 1, misses: ['one.txt: "yes"'] })
  })

  test('counts a bounce as missed when it names somebody else', () => {
    const path = folder()
    writeFileSync(
      join(path, 'one.eml'),
      'From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n<x@y.example>:\r\n550 user unknown\r\n',
    )
    writeFileSync(join(path, 'recipients.tsv'), 'one.eml\tz@y.example\n')
    expect(scoreBounces(path)).toMatchObject({ right: 0, all: 1 })
  })

  test('counts a bounce as missed when the report itself names somebody else', () => {
    const path = folder()
    const head = 'From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\nX-Failed-Recipients: x@y.example\r\n'
    writeFileSync(join(path, 'one.eml'), `${head}\r\n<x@y.example>: 550 user unknown\r\n`)
    const returned = '--- Below this line is a copy of the message.\r\n\r\nTo: z@y.example\r\n'
    writeFileSync(join(path, 'two.eml'), `${head}\r\n<z@y.example>: 550 user unknown\r\n\r\n${returned}`)
    expect(scoreBounces(path)).toEqual({
      right: 1,
      all: 2,
      misses: ['two.eml: bounce, recipient z@y.example, not x@y.example'],
    })
  })

  test('counts a reply as missed that nobody has cut, and goes on', () => {
    const path = folder()
    for (const part of ['emails', 'trimmed']) mkdirSync(join(path, part))
    for (const name of ['one.txt', 'two.txt', '.DS_Store']) writeFileSync(join(path, 'emails', name), 'yes\n')
    writeFileSync(join(path, 'trimmed', 'two.txt'), 'yes\n')
    expect(scoreReplies(path)).toEqual({
      right: 1,
      all: 2,
      misses: ['one.txt: has no trimmed/one.txt to compare with'],
    })
  })

  test('says what is wrong with a folder that holds no mail', () => {
    const path = folder()
    expect(scoreFolder(join(path, 'nowhere'))).toMatch(/is no folder$/)
    expect(scoreFolder(path)).toMatch(/holds no mail/)
    mkdirSync(join(path, 'emails'))
    expect(scoreFolder(path)).toMatch(/need both emails\/ and trimmed\//)
  })

  test('counts a bounce as missed when a robot would answer it', () => {
    const path = folder()
    writeFileSync(join(path, 'one.eml'), 'From: al@y.example\r\nSubject: hello\r\n\r\nHow are you?\r\n')
    expect(scoreBounces(path).misses).toEqual(['one.eml: would be answered'])
  })
})
