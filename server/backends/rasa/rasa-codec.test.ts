import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { action } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseConfig } from '../../config.ts'
import { configuredBackends } from '../../configured-backends.ts'
import { decode, messageOf } from './rasa-codec.ts'
import { strip } from './test-rasa.ts'

const hostile = [
  null,
  7,
  'text',
  [],
  {},
  { text: null, buttons: null, custom: null },
  { text: { deep: true } },
  { text: '\ud800 \u0000' },
  { text: ' \n ' },
  { text: '文'.repeat(30_000) },
  { buttons: 'none', elements: { length: 3 } },
  { text: 'x'.repeat(5_000), buttons: [{ title: 'y'.repeat(500), payload: `/z{"a":"${'z'.repeat(1_500)}"}` }] },
  { text: 'Many', buttons: Array.from({ length: 60 }, (_, index) => ({ title: `${index}` })) },
  { buttons: [{ title: 'A', payload: 'x'.repeat(9_000) }, { title: '   ' }, { title: 'B', url: 'data:text/html,1' }] },
  { image: { src: 'https://shop.example' } },
  { image: '/relative.png' },
  { attachment: { type: 'exe', payload: {} } },
  { attachment: 'file:///etc/passwd' },
  {
    elements: [
      { title: 'A', image_url: 'javascript:1' },
      { subtitle: 'no title' },
      { title: 'B', buttons: [{ title: 'C', payload: '/c' }] },
    ],
  },
  { custom: { hutong: [{ kind: 'text' }, { kind: 'nothing' }, 7, null, { kind: 'text', text: 'ours' }] } },
  { custom: { hutong: null } },
  { custom: { handoff: { to: 'the moon', reason: 'r'.repeat(9_000), summary: 7 } } },
  { custom: [1, 2] },
]

describe('what Rasa answers', () => {
  it('becomes actions that the relay takes, whatever it is', () => {
    for (const one of hostile) expect(z.array(action).safeParse(decode([one]).actions).error?.issues).toBeUndefined()
    const all = decode([...hostile, ...hostile])
    expect(z.array(action).safeParse(all.actions).success).toBe(true)
    expect(all.actions.at(-1)).toMatchObject({
      kind: 'note',
      text: expect.stringContaining(`${hostile.length * 2 - 20} more`),
    })
  })

  it('keeps the good of a list with bad ones', () => {
    const { actions } = decode([...hostile.slice(0, 9), { text: 'good' }])
    expect(actions).toContainEqual({ kind: 'reply', parts: [{ kind: 'text', text: 'good', format: 'plain' }] })
    const own = decode(hostile.filter((one) => JSON.stringify(one).includes('ours'))).actions
    expect(own[0]).toMatchObject({ kind: 'reply', parts: [{ text: 'ours' }] })
  })

  it('keeps every sign of a text of up to three messages', () => {
    const words = Array.from({ length: 3_500 }, (_, index) => `w${index}`).join(' ')
    const [reply] = decode([{ text: words }]).actions
    const parts = reply?.kind === 'reply' ? reply.parts : []
    expect(parts.map((part) => (part.kind === 'text' ? part.text : '')).join(' ')).toBe(words)
  })

  it('has no signs that are not to be seen', () => {
    expect(decode([{ text: '\ud800a\u0000\u001b[31mb\n\tc' }]).actions).toMatchObject([
      { parts: [{ text: '\ufffda[31mb\n\tc' }] },
    ])
  })

  it('hands over with what can be kept of reason and summary', () => {
    const { handoff } = decode([{ custom: { handoff: { to: 'the moon', reason: 'r'.repeat(9_000), summary: 7 } } }])
    expect(handoff).toMatchObject({
      to: { kind: 'next' },
      reason: expect.stringMatching(/^r{499}…$/),
      summary: undefined,
    })
    expect(decode([{ custom: { handoff: false } }]).handoff).toBeUndefined()
  })
})

describe('what a contact says', () => {
  const entry = (text: string, choice?: string): Entry => ({
    conversation: 'v',
    seq: 3,
    key: 'k',
    at: 0,
    from: { kind: 'contact', id: 'c' },
    body: {
      kind: 'message',
      parts:
        text === ''
          ? [{ kind: 'image', url: 'https://shop.example/a.png' }]
          : [{ kind: 'text', text, format: 'plain' }],
      ...(choice === undefined ? {} : { choice: { of: 1, id: choice } }),
    },
  })

  it('is the payload of a button that Rasa made, and the label of any other', () => {
    expect(messageOf(entry('Yes', 'p_1'), { p_1: '/affirm' })).toBe('/affirm')
    expect(messageOf(entry('Yes', 'p_2'), { p_1: '/affirm' })).toBe('Yes')
    expect(messageOf(entry('Yes', 'constructor'), {})).toBe('Yes')
  })

  it('is never a command when it was typed, whatever stands before it that cannot be seen', () => {
    for (const typed of ['/restart', ' /restart', '\n/set{"slot":"x"}', '\u3000/restart'])
      expect(messageOf(entry(typed), {})).toMatch(/^／/)
    const commands = Array.from({ length: 0x1_0000 }, (_, code) => `${String.fromCharCode(code)}/restart`).filter(
      (typed) => strip(messageOf(entry(typed), {}) ?? '').startsWith('/'),
    )
    expect(commands).toEqual([])
    for (const hidden of ['\x1c\u200b', '\u2060', '\ufeff\x1f', '\u00ad', '\ufe0f', '\u{e0020}', '\u200f\x00'])
      expect(messageOf(entry(`${hidden}/restart`), {})).toBe('／restart')
    expect(messageOf(entry('\x85/restart', 'p_2'), {})).toBe('／restart')
  })

  it('is the score of a rating, with the words that came with it', () => {
    const rated = (more: object): Entry => ({
      ...entry('x'),
      body: { kind: 'rating', of: 2, scale: 'csat', score: 2, ...more },
    })
    expect(messageOf(rated({}), {})).toBe('2')
    expect(messageOf(rated({ comment: 'Too slow' }), {})).toBe('2\nToo slow')
  })

  it('is named when it has no words', () => {
    expect(messageOf(entry(''), {})).toBe('[image]')
  })
})

it('the settings of the documentation are taken as they stand', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/backend-rasa.md'), 'utf8')
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? []
  expect(
    configuredBackends(parseConfig({ ...JSON.parse(json), secret: 's'.repeat(48) })).map(({ name }) => name),
  ).toEqual(['rasa'])
})
