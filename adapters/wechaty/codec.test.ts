import { readFileSync } from 'node:fs'
import type { Part } from '@hutong/core/parts'
import { describe, expect, test } from 'vitest'
import { decode, encode, linkPart, miniProgramPart } from './codec.ts'

const payloads = JSON.parse(readFileSync(new URL('fixtures/payloads.json', import.meta.url), 'utf8'))
const [first] = payloads

describe('messages of a WeChat account', () => {
  test('every type of message becomes something that a person can read', () => {
    const made = payloads.map((one: { type: number }) => {
      const said = decode(one as never, 'shop')?.said
      if (said?.kind !== 'parts') return [one.type, said?.kind === 'medium' ? said.as : said?.kind]
      return [one.type, said.parts[0]?.kind]
    })
    expect(made).toEqual([
      [0, 'unsupported'],
      [1, 'file'],
      [2, 'audio'],
      [3, 'unsupported'],
      [4, 'unsupported'],
      [5, 'image'],
      [6, 'image'],
      [7, 'text'],
      [8, 'location'],
      [9, 'mini-program'],
      [10, 'unsupported'],
      [11, 'unsupported'],
      [12, 'unsupported'],
      [13, 'recall'],
      [14, 'url'],
      [15, 'video'],
      [16, 'unsupported'],
      [99, 'unsupported'],
    ])
  })

  test('times in seconds and in milliseconds are the same time', () => {
    expect(new Set(payloads.map((one: never) => decode(one, 'shop')?.at))).toEqual(new Set([1_763_700_000_000]))
  })

  test('what the account writes to itself and to its file helper is no conversation', () => {
    expect(decode({ ...first, talkerId: 'shop', listenerId: 'shop' }, 'shop')).toBeUndefined()
    expect(decode({ ...first, talkerId: 'shop', listenerId: 'filehelper' }, 'shop')).toBeUndefined()
    expect(decode({ ...first, talkerId: '' }, 'shop')).toBeUndefined()
  })

  test('a link that could run something stays text', () => {
    expect(linkPart({ title: 'Win', url: 'javascript:alert(1)' })).toMatchObject({ kind: 'text' })
  })

  test('a mini-program is shown by its name', () => {
    expect(miniProgramPart({ title: 'Tea shop' })).toMatchObject({
      kind: 'unsupported',
      text: '[mini-program] Tea shop',
    })
  })
})

describe('answers', () => {
  const card = (fields: object): Part => ({ kind: 'card', title: 'Tea pot', buttons: [], ...fields }) as Part
  const minis = [{ link: 'https://shop.example/mini/', appId: 'wx1', username: 'gh_1' }]

  test('a card with a link is a link that WeChat shows with its picture', () => {
    const sent = encode(card({ url: 'https://shop.example/pot', image: 'https://shop.example/pot.png' }), minis)
    expect(sent).toMatchObject({ kind: 'url', link: { url: 'https://shop.example/pot', title: 'Tea pot' } })
  })

  test('a card whose link is a page of a mini-program opens it', () => {
    const sent = encode(card({ url: 'https://shop.example/mini/pages/tea?id=1' }), minis)
    expect(sent).toEqual({
      kind: 'mini-program',
      card: { appid: 'wx1', username: 'gh_1', pagePath: 'pages/tea?id=1', title: 'Tea pot' },
    })
  })

  test('a card that opens nothing is text', () => {
    expect(encode(card({ text: 'Blue' }), minis)).toEqual({ kind: 'text', text: 'Tea pot\nBlue' })
  })
})
