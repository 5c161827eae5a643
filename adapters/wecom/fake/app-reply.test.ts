import { createFakeClock } from '@hutong/tencent/fake-clock'
import { createFakeMedia } from '@hutong/tencent/fake-media'
import { expect, test } from 'vitest'
import { readAppReply } from './app-reply.ts'
import { MEDIA_LIMITS } from './media-api.ts'
import { PNG } from './test-company.ts'

const store = createFakeMedia({ clock: createFakeClock(() => 0), limits: MEDIA_LIMITS })
const reply = (inside: string, to = 'lin') =>
  readAppReply(`<xml><ToUserName><![CDATA[${to}]]></ToUserName>${inside}</xml>`, { userid: 'lin', store })

test('text is shown, and cut where it is too long', () => {
  const text = (content: string) => reply(`<MsgType>text</MsgType><Content><![CDATA[${content}]]></Content>`)
  expect(text('hello')).toEqual({ content: { kind: 'text', text: 'hello' } })
  expect(text('x'.repeat(3000))).toEqual({ content: { kind: 'text', text: 'x'.repeat(2048) } })
})

test('a file is shown when the platform has it', () => {
  const image = (id: string) => reply(`<MsgType>image</MsgType><Image><MediaId><![CDATA[${id}]]></MediaId></Image>`)
  const { id } = store.keep('image', 'a.png', PNG)
  expect(image(id)).toMatchObject({ content: { kind: 'image', media: id } })
  expect(image('nowhere')).toBeUndefined()
})

test('articles are shown when their count is right', () => {
  const item = '<item><Title>Tea</Title><Description>Green</Description><Url>https://example.com</Url></item>'
  const news = (count: number) =>
    reply(`<MsgType>news</MsgType><ArticleCount>${count}</ArticleCount><Articles>${item}${item}</Articles>`)
  expect(news(2)).toMatchObject({ content: { cards: [{ title: 'Tea' }, { url: 'https://example.com' }] } })
  expect(news(1)).toBeUndefined()
})

test('a button can be given another text', () => {
  const update = '<MsgType>update_button</MsgType><Button><ReplaceName>Done</ReplaceName></Button>'
  expect(reply(update)).toEqual({ button: 'Done' })
})

test('what is for somebody else or of no known kind is nothing', () => {
  expect(reply('<MsgType>text</MsgType><Content>hi</Content>', 'max')).toBeUndefined()
  expect(reply('<MsgType>poem</MsgType>')).toBeUndefined()
  expect(readAppReply('{"not":"xml"}', { userid: 'lin', store })).toBeUndefined()
})
