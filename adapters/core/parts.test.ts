import { describe, expect, test } from 'vitest'
import { parse } from './parse.ts'
import { OPTIONS_MAX, PARTS_MAX, parts, SCORES, TEXT_MAX } from './parts.ts'

const refused = (value: unknown) => {
  const { success, error } = parts.safeParse(value)
  return success ? undefined : error?.issues[0]?.path.join('.')
}

describe('what a message may carry', () => {
  test('a text is plain unless it says otherwise', () => {
    expect(parse(parts, [{ kind: 'text', text: 'hi' }])).toEqual([{ kind: 'text', text: 'hi', format: 'plain' }])
  })

  test('a link that would run code is refused wherever a link may stand', () => {
    for (const url of [
      'javascript:alert(1)',
      ' javascript:alert(1)',
      'JaVaScRiPt:x',
      'data:text/html,x',
      '//evil.example',
      'file:///x',
    ]) {
      const button = { kind: 'link', label: 'go', url }
      expect(refused([{ kind: 'card', title: 't', buttons: [button] }])).toBe('0.buttons.0.url')
      expect(refused([{ kind: 'card', title: 't', url }])).toBe('0.url')
      expect(refused([{ kind: 'card', title: 't', image: url }])).toBe('0.image')
      expect(refused([{ kind: 'image', url }])).toBe('0.url')
      expect(refused([{ kind: 'video', url: 'https://a.example/v', poster: url }])).toBe('0.poster')
    }
  })

  test('mail and telephone links may be clicked, but are no source of a picture', () => {
    const buttons = ['mailto:a@b.example', 'tel:+4930'].map((url) => ({ kind: 'link', label: 'go', url }))
    expect(refused([{ kind: 'card', title: 't', buttons }])).toBeUndefined()
    expect(refused([{ kind: 'image', url: 'mailto:a@b.example' }])).toBe('0.url')
  })

  test.each(['image', 'file', 'audio', 'video'])('%s without a file and without a link has nothing to show', (kind) => {
    expect(refused([{ kind, name: 'x' }])).toBe('0.file')
    expect(refused([{ kind, file: 'f_1' }])).toBeUndefined()
  })

  const options = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `o${index}`, label: `Option ${index}` }))
  const borders: [string, unknown, unknown][] = [
    ['text', [{ kind: 'text', text: 'x'.repeat(TEXT_MAX) }], [{ kind: 'text', text: 'x'.repeat(TEXT_MAX + 1) }]],
    ['empty text', [{ kind: 'text', text: ' ' }], [{ kind: 'text', text: '' }]],
    [
      'parts',
      Array(PARTS_MAX).fill({ kind: 'text', text: 'x' }),
      Array(PARTS_MAX + 1).fill({ kind: 'text', text: 'x' }),
    ],
    ['no parts', [{ kind: 'text', text: 'x' }], []],
    [
      'options',
      [{ kind: 'choices', options: options(OPTIONS_MAX) }],
      [{ kind: 'choices', options: options(OPTIONS_MAX + 1) }],
    ],
    ['no options', [{ kind: 'choices', options: options(1) }], [{ kind: 'choices', options: [] }]],
    [
      'latitude',
      [{ kind: 'location', latitude: 90, longitude: 180 }],
      [{ kind: 'location', latitude: 90.1, longitude: 0 }],
    ],
    ['kind', [{ kind: 'unsupported', native: 'sticker', text: '' }], [{ kind: 'sticker' }]],
  ]
  test.each(borders)('the border of %s is kept on both sides', (_, inside, outside) => {
    expect(parts.safeParse(inside).success).toBe(true)
    expect(parts.safeParse(outside).success).toBe(false)
  })

  test('what nobody asked for is left out', () => {
    const smuggled = JSON.parse('[{"kind":"text","text":"x","__proto__":{"admin":true},"html":"<b>"}]')
    expect(Object.keys(parse(parts, smuggled)[0] ?? {}).sort()).toEqual(['format', 'kind', 'text'])
  })

  test('every scale has its lowest score below its highest', () => {
    for (const [low, high] of Object.values(SCORES)) expect(low).toBeLessThan(high)
  })
})
