import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { scoreBounces, scoreReplies } from './corpus.ts'

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

  test('counts a bounce as missed when a robot would answer it', () => {
    const path = folder()
    writeFileSync(join(path, 'one.eml'), 'From: al@y.example\r\nSubject: hello\r\n\r\nHow are you?\r\n')
    expect(scoreBounces(path).misses).toEqual(['one.eml: would be answered'])
  })
})
