import { describe, expect, test } from 'vitest'
import type { Capabilities } from './adapter.ts'
import { degrade, understand } from './degrade.ts'
import { type Part, type PartKind, parts } from './parts.ts'
import { textSize } from './split-text.ts'

const samples: { [K in PartKind]: Extract<Part, { kind: K }> } = {
  text: { kind: 'text', text: '**Bold** [here](https://a.example/x)', format: 'markdown' },
  image: { kind: 'image', url: 'https://a.example/cat.png', name: 'cat.png', alt: 'A grey cat' },
  file: { kind: 'file', url: 'https://a.example/bill.pdf', name: 'bill.pdf', bytes: 5_000 },
  audio: { kind: 'audio', url: 'https://a.example/a.mp3', name: 'a.mp3', transcript: 'Please call me' },
  video: { kind: 'video', url: 'https://a.example/v.mp4', name: 'v.mp4' },
  location: { kind: 'location', latitude: 31.2, longitude: 121.5, name: '外滩', address: '中山东一路' },
  card: {
    kind: 'card',
    title: 'Blue tea pot',
    text: 'Holds one litre',
    image: 'https://a.example/pot.png',
    url: 'https://a.example/pot',
    buttons: [
      { kind: 'link', label: 'Buy', url: 'https://a.example/buy' },
      { kind: 'reply', label: 'Ask', id: 'ask' },
    ],
  },
  choices: {
    kind: 'choices',
    text: 'Which size?',
    options: [
      { id: 's', label: 'Small', description: '20 cm' },
      { id: 'l', label: 'Large' },
    ],
  },
  form: {
    kind: 'form',
    title: 'Your order',
    fields: [
      { name: 'no', label: 'Number', type: 'text', required: true },
      { name: 'how', label: 'Delivery', type: 'select', required: false, options: [{ id: 'p', label: 'Post' }] },
    ],
  },
  rating: { kind: 'rating', scale: 'csat', question: 'How was it?' },
  unsupported: { kind: 'unsupported', native: 'sticker', text: 'A sticker' },
}
const KINDS = Object.keys(samples) as PartKind[]

const full: Capabilities = {
  parts: KINDS,
  text: { markdown: true, max: null, unit: 'chars' },
  choices: { max: 20, label: 80 },
  buttons: 20,
  files: { maxBytes: 10_000 },
  partsPerMessage: 10,
  edit: true,
  recall: true,
  reactions: true,
  typing: true,
  initiate: true,
  idempotentSend: 'key',
  reports: [],
  gatherMs: 0,
  readsLog: false,
}
const without = (...kinds: PartKind[]): Capabilities => ({
  ...full,
  parts: KINDS.filter((one) => !kinds.includes(one)),
})
const textOnly: Capabilities = {
  ...full,
  parts: ['text'],
  text: { markdown: false, max: null, unit: 'chars' },
  partsPerMessage: 1,
}
const texts = (messages: Part[][]) => messages.flat().map((one) => (one.kind === 'text' ? one.text : `<${one.kind}>`))

const inText: Record<PartKind, string> = {
  text: 'Bold here (https://a.example/x)',
  image: '🖼 cat.png\nA grey cat\nhttps://a.example/cat.png',
  file: '📎 bill.pdf\nhttps://a.example/bill.pdf',
  audio: '🔊 a.mp3\nPlease call me\nhttps://a.example/a.mp3',
  video: '🎬 v.mp4\nhttps://a.example/v.mp4',
  location: '📍 外滩\n中山东一路\nhttps://www.openstreetmap.org/?mlat=31.2&mlon=121.5#map=17/31.2/121.5',
  card: 'Blue tea pot\nHolds one litre\nhttps://a.example/pot\nhttps://a.example/pot.png\nBuy: https://a.example/buy\n1. Ask',
  choices: 'Which size?\n1. Small – 20 cm\n2. Large',
  form: 'Your order\n• Number *\n• Delivery (Post)',
  rating: 'How was it?\n1 👎 – 5 👍',
  unsupported: 'A sticker',
}

describe('what a channel can show', () => {
  test.each(KINDS)('%s goes out untouched where the channel has it', (kind) => {
    expect(degrade([samples[kind]], full)).toEqual({ messages: [[samples[kind]]], changes: [], prompts: [] })
  })

  test.each(KINDS)('%s becomes readable text where there is only text', (kind) => {
    const { messages, changes } = degrade([samples[kind]], textOnly)
    expect(messages).toEqual([[{ kind: 'text', format: 'plain', text: inText[kind] }]])
    expect(changes).toEqual([{ part: 0, from: kind, to: 'text', reason: kind === 'text' ? 'markdown' : 'kind' }])
  })

  const pairs = KINDS.flatMap((kind) => KINDS.filter((lack) => lack !== 'text').map((lack) => [kind, lack] as const))
  test.each(pairs)('%s on a channel without %s uses only what the channel has, and is still valid', (kind, lack) => {
    const capabilities = without(lack)
    const { messages, changes } = degrade([samples[kind]], capabilities)
    expect(messages.flat().every((one) => capabilities.parts.includes(one.kind))).toBe(true)
    expect(parts.safeParse(messages.flat()).error).toBeUndefined()
    expect(changes.length > 0).toBe(kind === lack)
  })

  test('a picture becomes a file with its words where there are files', () => {
    const { kind: _, alt, ...media } = samples.image
    expect(degrade([samples.image], without('image')).messages).toEqual([
      [
        { ...media, kind: 'file' },
        { kind: 'text', format: 'plain', text: alt },
      ],
    ])
  })

  test('a card keeps its picture where there are pictures, and offers its replies where there are choices', () => {
    expect(degrade([samples.card], without('card')).messages).toEqual([
      [
        { kind: 'image', url: 'https://a.example/pot.png', alt: 'Blue tea pot' },
        {
          kind: 'choices',
          text: 'Blue tea pot\nHolds one litre\nhttps://a.example/pot\nBuy: https://a.example/buy',
          options: [{ id: 'ask', label: 'Ask' }],
        },
      ],
    ])
  })

  test('a rating becomes choices whose ids are the scores', () => {
    const [[asked] = []] = degrade([samples.rating], without('rating')).messages
    expect(asked?.kind === 'choices' && asked.options.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5'])
  })

  test('a file larger than the channel takes goes out as its link', () => {
    const { messages, changes } = degrade([{ ...samples.file, bytes: 10_001 }], full)
    expect(texts(messages)).toEqual([inText.file])
    expect(changes).toEqual([{ part: 0, from: 'file', to: 'text', reason: 'size' }])
  })
})

describe('limits of tapping', () => {
  const cases: [string, Partial<Capabilities>, string][] = [
    ['too many options', { choices: { max: 1, label: 80 } }, 'options'],
    ['a label that is too long', { choices: { max: 5, label: 3 } }, 'label'],
  ]
  test.each(cases)('%s turn choices into numbers that are remembered', (_, limit, reason) => {
    const { messages, changes, prompts } = degrade([samples.choices], { ...full, ...limit })
    expect(texts(messages)).toEqual([inText.choices])
    expect(changes).toEqual([{ part: 0, from: 'choices', to: 'text', reason }])
    expect(prompts).toEqual([
      {
        kind: 'choices',
        part: 0,
        options: [
          { id: 's', label: 'Small', number: 1 },
          { id: 'l', label: 'Large', number: 2 },
        ],
      },
    ])
  })

  test('a card with more buttons than the channel has keeps its picture and lists its buttons after it', () => {
    const { messages, changes, prompts } = degrade([samples.card], { ...without('choices'), buttons: 1 })
    expect(messages).toEqual([
      [
        { ...samples.card, buttons: [] },
        { kind: 'text', format: 'plain', text: 'Buy: https://a.example/buy\n1. Ask' },
      ],
    ])
    expect(changes).toEqual([{ part: 0, from: 'card', to: 'text', reason: 'buttons' }])
    expect(prompts).toHaveLength(1)
  })

  test('buttons that follow their card say whose they are', () => {
    const buttons = [{ kind: 'reply' as const, id: 'ask', label: 'Ask' }]
    const { messages } = degrade([{ kind: 'card', title: 'Pot', buttons }], { ...full, buttons: 0 })
    expect(messages.flat()).toEqual([
      { kind: 'card', title: 'Pot', buttons: [] },
      { kind: 'choices', text: 'Pot', options: [{ id: 'ask', label: 'Ask' }] },
    ])
  })

  test('two questions in one message never share a number', () => {
    const { prompts } = degrade([samples.choices, samples.card, samples.rating], textOnly)
    const numbers = prompts.flatMap(({ options }) => options.map(({ number }) => number))
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(prompts.map(({ part, kind }) => [part, kind])).toEqual([
      [0, 'choices'],
      [1, 'card'],
      [2, 'rating'],
    ])
  })
})

describe('length', () => {
  const limited = (max: number, unit: 'chars' | 'bytes'): Capabilities => ({
    ...textOnly,
    text: { markdown: false, max, unit },
  })
  const squeeze = (text: string) => text.replace(/\s+/g, '')
  const long: [string, string][] = [
    ['English', 'The quick brown fox jumps over the lazy dog. '.repeat(40)],
    ['Chinese', '您好，您的订单已经发货，预计明天下午送达。'.repeat(40)],
    ['one endless word', 'a'.repeat(3_000)],
    ['families', '👨‍👩‍👧‍👦'.repeat(200)],
    ['lone surrogates', '\uD83D x \uDE00'.repeat(200)],
    ['right to left', 'مرحبا بكم في متجرنا '.repeat(60)],
  ]
  for (const [max, unit] of [
    [100, 'chars'],
    [100, 'bytes'],
    [2048, 'bytes'],
    [7, 'bytes'],
    [1, 'bytes'],
  ] as const)
    test.each(long)(`%s is cut to ${max} ${unit} a message and loses nothing but white space`, (_, text) => {
      const pieces = texts(degrade([{ kind: 'text', text, format: 'plain' }], limited(max, unit)).messages)
      expect(squeeze(pieces.join(''))).toBe(squeeze(text))
      for (const piece of pieces) expect(textSize(piece, unit) <= max || [...piece].length === 1).toBe(true)
    })

  test('words, families and links are not torn while they fit', () => {
    const words = texts(
      degrade([{ kind: 'text', text: 'alpha beta gamma', format: 'plain' }], limited(11, 'chars')).messages,
    )
    expect(words).toEqual(['alpha beta', 'gamma'])
    const family = '👨‍👩‍👧‍👦'
    const text = `${family}${family} see https://a.example/a-b/c?d=e ok`
    const pieces = texts(degrade([{ kind: 'text', text, format: 'plain' }], limited(28, 'chars')).messages)
    expect(pieces).toEqual([`${family}${family} see`, 'https://a.example/a-b/c?d=e', 'ok'])
  })

  test('neighbouring texts share a message where a message holds one part', () => {
    const message: Part[] = [{ kind: 'text', text: 'Hello', format: 'plain' }, samples.choices]
    expect(texts(degrade(message, textOnly).messages)).toEqual([`Hello\n\n${inText.choices}`])
  })

  test('more parts than a message holds go out as several messages in order', () => {
    const message = [samples.image, samples.file, samples.video]
    const { messages } = degrade(message, { ...full, partsPerMessage: 2 })
    expect(messages).toEqual([[samples.image, samples.file], [samples.video]])
  })

  test('nothing to say is nothing to send', () => {
    expect(degrade([], textOnly)).toEqual({ messages: [], changes: [], prompts: [] })
  })
})

describe('answers to numbered text', () => {
  const [prompt] = degrade([samples.choices], textOnly).prompts
  const answers = [
    '2',
    '２',
    '②',
    '2.',
    '2、',
    '(2)',
    '二',
    '2️⃣',
    '٢',
    ' 2 ',
    'Large',
    'LARGE',
    '2. Large',
    'ｌａｒｇｅ',
    'la',
    'Large!',
    '“Large”',
  ]
  test.each(answers)('%s picks the second option', (answer) => {
    expect(prompt && understand(answer, prompt)).toBe('l')
  })

  test.each(['', '3', '0', '12', 'medium', 'large please', '?', '第', '一二'])('%s picks nothing', (answer) => {
    expect(prompt && understand(answer, prompt)).toBeUndefined()
  })

  const named = (...labels: string[]) => {
    const options = labels.map((label) => ({ id: label, label }))
    const [made] = degrade([{ kind: 'choices', options }], textOnly).prompts
    if (!made) throw new Error('choices on a text channel are remembered')
    return made
  }

  test('a beginning that fits two labels picks neither', () => {
    expect(understand('re', named('Return', 'Repair'))).toBeUndefined()
    expect(understand('ret', named('Return', 'Repair'))).toBe('Return')
  })

  test('a text that is longer than an option could be means none, and takes no time', () => {
    const label = 'y'.repeat(80)
    expect(understand(`1. ${label}${'。'.repeat(100)}`, named(label))).toBe(label)
    const started = performance.now()
    for (const sign of ['。', ' ', '(', 'a', '1', '　', '\n', 'ﷺ']) {
      expect(understand(`a${sign.repeat(7_990)}b`, named(label))).toBeUndefined()
      expect(understand(`${sign.repeat(100)}b${sign.repeat(90)}c`, named(label))).toBeUndefined()
    }
    expect(performance.now() - started).toBeLessThan(100)
  })

  test('a number that is the label of another option picks neither', () => {
    expect(understand('2', named('2', '1'))).toBeUndefined()
    expect(understand('2', named('1', '2'))).toBe('2')
  })

  test('Chinese numerals go on after ten', () => {
    const twenty = named(...Array.from({ length: 20 }, (_, index) => `item ${String.fromCharCode(97 + index)}`))
    expect(['十', '十一', '二十'].map((answer) => understand(answer, twenty))).toEqual(['item j', 'item k', 'item t'])
  })

  test('a rating on a text channel is answered with its score', () => {
    const [asked] = degrade([{ kind: 'rating', scale: 'nps' }], textOnly).prompts
    expect(asked && ['0', '10', '十', '11'].map((answer) => understand(answer, asked))).toEqual([
      '0',
      '10',
      '10',
      undefined,
    ])
  })
})
