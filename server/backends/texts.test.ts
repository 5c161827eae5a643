import { describe, expect, it } from 'vitest'
import { filled, filledAddress, filledMarkdown } from './texts.ts'

const look = (values: Record<string, string>) => (name: string) => values[name]

describe('what is filled into texts', () => {
  it('is a plain value, or its stand-in', () => {
    expect(filled('Hi {{ contact.name | there}}, {{order}}!', look({ order: '7\n8' }))).toBe('Hi  there, 7 8!')
    expect(filled('Hi {{contact.name|there}}!', look({ 'contact.name': 'Lin' }))).toBe('Hi Lin!')
    expect(filled('{{none}}.', look({}))).toBe('.')
  })

  it('is never filled in itself', () => {
    expect(filled('{{a}}', look({ a: '{{secret}}', secret: 'x' }))).toBe('{{secret}}')
  })

  it('is never read as Markdown', () => {
    const text = '**Thanks**, {{name}}'
    expect(filledMarkdown(text, look({ name: 'Lin' }))).toEqual({ text: '**Thanks**, Lin', format: 'markdown' })
    for (const name of [
      '[x](https://evil.example)',
      '**b**',
      '`c`',
      '_i_',
      '<b>',
      '![p](x)',
      '- item',
      '1. item',
      '\\',
    ])
      expect(filledMarkdown(text, look({ name }))).toEqual({ text: `Thanks, ${name}`, format: 'plain' })
  })

  it('cannot leave its place in an address', () => {
    const url = 'https://shop.example/o?number={{order}}'
    expect(filledAddress(url, look({ order: '7&admin=1#x/../y' }))).toBe(
      'https://shop.example/o?number=7%26admin%3D1%23x%2F..%2Fy',
    )
    expect(filledAddress(url, look({ order: 'a\ud800' }))).toBe('https://shop.example/o?number=a%EF%BF%BD')
  })
})
