import { cleanup, render } from '@testing-library/preact'
import { afterEach, describe, expect, it } from 'vitest'
import { markdownLine } from '../model/markdown.ts'
import { Markdown, PlainText } from './rich-text.tsx'

afterEach(cleanup)

const html = (text: string) => render(<Markdown text={text} />).container.innerHTML

describe('texts of customers and bots', () => {
  it('shows Markdown as what it means', () => {
    expect(html('**bold**, *slanted*, `code` and ~~gone~~')).toBe(
      '<p><strong>bold</strong>, <em>slanted</em>, <code>code</code> and <s>gone</s></p>',
    )
    expect(html('- one\n- two')).toBe('<ul><li>one</li><li>two</li></ul>')
    expect(html('3. three\n4. four')).toBe('<ol start="3"><li>three</li><li>four</li></ol>')
    expect(html('```\n<b>\n```')).toBe('<pre>&lt;b&gt;</pre>')
  })

  it('gives the same text without its marks for a line of a list', () => {
    expect(markdownLine('We deliver in **2 to *4* days**, see [prices](https://shop.example)')).toBe(
      'We deliver in 2 to 4 days, see prices',
    )
    expect(markdownLine('# Tea\n- `green`\n> black\n2 * 3 * 4 snake_case_name')).toBe(
      'Tea green black 2 * 3 * 4 snake_case_name',
    )
  })

  it('never lets a text become part of the page', () => {
    const { container } = render(<Markdown text={'<img src=x onerror=alert(1)> [click](javascript:alert(1))'} />)
    expect(container.querySelector('img, a, script')).toBeNull()
    expect(container.textContent).toBe('<img src=x onerror=alert(1)> [click](javascript:alert(1))')
  })

  it('makes addresses clickable without the full stop behind them, and opens them elsewhere', () => {
    const { container } = render(<PlainText text="See https://shop.example/a?b=c." />)
    const link = container.querySelector('a')
    expect(link?.getAttribute('href')).toBe('https://shop.example/a?b=c')
    expect(link?.getAttribute('rel')).toBe('noopener noreferrer')
    expect(container.textContent).toBe('See https://shop.example/a?b=c.')
  })

  it('leaves underscores inside of words and lone stars alone', () => {
    expect(html('snake_case_name and 2 * 3 * 4')).toBe('<p>snake_case_name and 2 * 3 * 4</p>')
  })

  it('reads eight thousand hostile characters in no time', () => {
    const started = performance.now()
    for (const sign of ['*', '_', '`', '[', '~', '[a](', '> ', 'https://'])
      html(sign.repeat(Math.floor(8_000 / sign.length)))
    expect(performance.now() - started).toBeLessThan(1_500)
  })
})
