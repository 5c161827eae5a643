import { expect, test } from 'vitest'
import { plainText } from './plain-text.ts'

const cases: [string, string, string][] = [
  ['bold and italic', '**bold** and *italic* and __both__ _ways_ ***all***', 'bold and italic and both ways all'],
  ['struck out', '~~old~~ new', 'old new'],
  ['a link', 'see [the page](https://a.example/b_c_d)', 'see the page (https://a.example/b_c_d)'],
  ['a link with a title', '[x](https://a.example "hover")', 'x (https://a.example)'],
  ['a link named like its address', '[https://a.example](https://a.example)', 'https://a.example'],
  ['a bare link in brackets', '<https://a.example/x>', 'https://a.example/x'],
  ['a picture', '![a cat](https://a.example/c.png)', 'a cat (https://a.example/c.png)'],
  ['headings', '# One\n## Two ##\ntext', 'One\nTwo\ntext'],
  ['code', 'run `npm *start*` now', 'run npm *start* now'],
  ['a code block', 'a\n```ts\nconst b = **c**\n```\nd', 'a\nconst b = **c**\nd'],
  ['lists and quotes stay', '- one\n- two\n> three\n1. four', '- one\n- two\n> three\n1. four'],
  ['names with underscores', 'snake_case_name and __init__.py of my_file', 'snake_case_name and init.py of my_file'],
  ['sums', '2 * 3 * 4 = 24, a*b*c', '2 * 3 * 4 = 24, a*b*c'],
  ['escaped signs', '\\*not italic\\* and 1\\. not a list', '*not italic* and 1. not a list'],
  ['Chinese', '**您好**，请看[这里](https://a.example)', '您好，请看这里 (https://a.example)'],
  ['nothing but signs', '****', '****'],
]

test.each(cases)('in plain text, %s read as a person would type them', (_, markdown, plain) => {
  expect(plainText(markdown)).toBe(plain)
})

test('a text made to be slow is not slow', () => {
  const before = performance.now()
  for (const sign of ['*', '_', '`', '[', '![', '**a', '[a](', '<https://', '~~', '\\', '```\n'])
    plainText(sign.repeat(Math.floor(8_000 / sign.length)))
  expect(performance.now() - before).toBeLessThan(2_000)
})
