import { parseDocument } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { safeHtml } from './safe-html.ts'

const blocked = { inline: (id: string) => (id === 'logo@x' ? '/files/logo' : undefined), remote: false }

/** Every tag and attribute that is left, as a browser would find them. */
function left(html: string): { tag: string; attributes: Record<string, string> }[] {
  const found: ReturnType<typeof left> = []
  const visit = (nodes: ReturnType<typeof parseDocument>['children']): void => {
    for (const node of nodes)
      if ('attribs' in node) {
        found.push({ tag: node.name, attributes: node.attribs })
        visit(node.children)
      }
  }
  visit(parseDocument(html).children)
  return found
}

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg onload=alert(1)><a xlink:href="javascript:alert(1)">x</a></svg>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" java&Tab;script:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="vbscript:x">x</a>',
  '<iframe src="https://evil.example"></iframe>',
  '<object data="https://evil.example"></object><embed src="https://evil.example">',
  '<form action="https://evil.example"><input name=p><button>go</button></form>',
  '<base href="https://evil.example/">',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<style>@import url(https://evil.example/x.css)</style>',
  '<p style="background:url(https://evil.example/x)">x</p>',
  '<p style="background-image:url(https://evil.example/x)">x</p>',
  '<p style="position:fixed;top:0;left:0;width:100%;height:100%">x</p>',
  '<p style="color:expression(alert(1))">x</p>',
  '<p id=app class=admin onclick=alert(1)>x</p>',
  '<img src="https://evil.example/pixel.gif" srcset="https://evil.example/2x.gif 2x">',
  '<img src="//evil.example/pixel.gif">',
  '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
  '<img src="file:///etc/passwd">',
  '<video src="https://evil.example/v" poster="https://evil.example/p"></video>',
  '<table background="https://evil.example/x"><tr><td background="https://evil.example/y">x</td></tr></table>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<textarea></textarea><img src=x onerror=alert(1)>',
  '<!--><script>alert(1)</script>-->',
  '<x-y onclick=alert(1)>x</x-y>',
]

describe('HTML of a stranger', () => {
  test.each(HOSTILE)('can do nothing: %s', (html) => {
    for (const { tag, attributes } of left(safeHtml(html, blocked))) {
      expect(tag).not.toMatch(/script|style|iframe|object|embed|form|input|base|meta|link|svg|math|video|button|-/)
      for (const [name, value] of Object.entries(attributes)) {
        expect(name).not.toMatch(/^on|srcset|background|action|^id$|^class$/)
        if (name === 'href') expect(value).toMatch(/^(https?:|mailto:|tel:)/)
        if (name === 'src') expect(value).toBe('/files/logo')
        expect(name === 'style' ? value : '').not.toMatch(/url|expression|position|@import/)
      }
    }
  })

  test('shows the pictures it brought along', () => {
    expect(safeHtml('<img src="cid:logo@x" alt="Logo">', blocked)).toBe('<img alt="Logo" src="/files/logo" />')
  })

  test('loads no picture from elsewhere before it is asked for', () => {
    const html = '<img src="https://shop.example/a.png">'
    expect(safeHtml(html, blocked)).toBe('<img data-remote-src="https://shop.example/a.png" />')
    expect(safeHtml(html, { ...blocked, remote: true })).toBe('<img src="https://shop.example/a.png" />')
  })

  test('may be nested without end', () => {
    expect(safeHtml(`${'<div>'.repeat(20_000)}x`, blocked).length).toBeLessThan(10_000)
  })

  test('keeps its looks', () => {
    const html =
      '<p style="color:#c00;font-weight:bold;margin:0 0 8px">A <b>b</b> <a href="https://x.example">c</a></p>'
    const clean = safeHtml(html, blocked)
    expect(clean).toContain('color:#c00;font-weight:bold;margin:0 0 8px')
    expect(clean).toContain('<a href="https://x.example" target="_blank" rel="noopener noreferrer nofollow">c</a>')
  })
})
