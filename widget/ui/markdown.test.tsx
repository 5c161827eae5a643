import { render } from '@testing-library/preact'
import { describe, expect, it } from 'vitest'
import { PlainText } from './links.tsx'
import { Markdown } from './markdown.tsx'

const marked = (text: string) => render(<Markdown text={text} />).container
const plain = (text: string) => render(<PlainText text={text} />).container
const links = (element: Element) => [...element.querySelectorAll('a')].map((one) => one.getAttribute('href'))

describe('Markdown', () => {
  it.each([
    ['**bold** and *soft*', '<p><strong>bold</strong> and <em>soft</em></p>'],
    ['a `code` word', '<p>a <code>code</code> word</p>'],
    ['snake_case_name stays', '<p>snake_case_name stays</p>'],
    ['- one\n- two', '<ul><li>one</li><li>two</li></ul>'],
    ['3. three\n4. four', '<ol start="3"><li>three</li><li>four</li></ol>'],
    ['```js\nlet a\n```\nthen', '<pre><code>let a</code></pre><p>then</p>'],
    ['# Title', '<p><strong>Title</strong></p>'],
    ['**never closed', '<p>**never closed</p>'],
  ])('writes %j as a reader expects', (text, html) => {
    expect(marked(text).innerHTML).toBe(html)
  })

  it('follows links to web, mail and phone only', () => {
    const text =
      '[a](https://a.example) [b](mailto:b@b.example) [c](tel:+861) [d](javascript:alert(1)) [e](data:text/html,x)'
    expect(links(marked(text))).toEqual(['https://a.example', 'mailto:b@b.example', 'tel:+861'])
  })

  it('shows HTML as the text it is', () => {
    const shown = marked('<img src=x onerror=alert(1)> <b>no</b>')
    expect(shown.querySelector('img, b')).toBeNull()
    expect(shown.textContent).toBe('<img src=x onerror=alert(1)> <b>no</b>')
  })

  it('takes no longer for text made to slow it down', () => {
    const begun = performance.now()
    for (const evil of ['*', '**', '[', '`', '_a', '~~', '[a](', 'a@', '\n']) marked(evil.repeat(8_000 / evil.length))
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})

describe('plain text', () => {
  it.each([
    ['See https://a.example/b?c=1.', ['https://a.example/b?c=1']],
    ['（详见https://a.example/页面）', ['https://a.example/']],
    ['(https://a.example/x)', ['https://a.example/x']],
    ['https://a.example/wiki/Tea_(drink)', ['https://a.example/wiki/Tea_(drink)']],
    ['write to anna@tea.example, please', ['mailto:anna@tea.example']],
    ['javascript:alert(1)', []],
  ])('finds the address in %j', (text, found) => {
    expect(links(plain(text))).toEqual(found)
    expect(plain(text).textContent).toBe(text)
  })
})
