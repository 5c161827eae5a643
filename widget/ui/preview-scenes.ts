import { ANNA, BOT, createSampleChat, handedTo, type SampleChat, said, told } from './sample-chat.ts'

const PICTURE =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" width="640" height="360"%3E%3Crect width="640" height="360" fill="%23475569"/%3E%3Ccircle cx="320" cy="180" r="90" fill="%2394a3b8"/%3E%3C/svg%3E'

/** Every state the panel was designed for, by name. */
export const SCENES: Readonly<Record<string, (chinese: boolean) => SampleChat>> = {
  empty: () => createSampleChat(),
  away: () => withSite(createSampleChat()),
  loading() {
    const chat = createSampleChat()
    chat.loading.value = true
    chat.connection.value = 'connecting'
    chat.site.value = undefined
    return chat
  },
  talk,
  parts,
  rating,
  sending,
  stream,
  queue(chinese) {
    const chat = talk(chinese)
    const waits = chinese
      ? '人工客服会在这里回复您，您可以继续输入。'
      : 'A colleague will answer you here. You can keep writing.'
    chat.items.value = [
      ...chat.items.value.slice(0, 3),
      handedTo(40, { kind: 'queue' }),
      said({ kind: 'system', id: 'relay', name: 'Teahouse' }, 41, waits),
    ]
    chat.floor.value = { holder: { kind: 'queue' }, term: 2 }
    return chat
  },
  ended(chinese) {
    const chat = talk(chinese)
    chat.items.value = [...chat.items.value, told(50, { kind: 'status', status: 'closed' })]
    chat.closed.value = true
    return chat
  },
  offline(chinese) {
    const chat = talk(chinese)
    chat.connection.value = 'offline'
    return chat
  },
  unread(chinese) {
    const chat = talk(chinese)
    chat.read.value = 6
    chat.unread.value = 3
    return chat
  },
  long() {
    const items = Array.from({ length: 10_000 }, (_, index) =>
      said(
        index % 3 ? ANNA : 'mine',
        index + 1,
        `Message ${index + 1}: ${'words that fill the line '.repeat(index % 4)}`,
      ),
    )
    return createSampleChat(items)
  },
}

function withSite(chat: SampleChat): SampleChat {
  if (chat.site.value) chat.site.value = { ...chat.site.value, staffed: false }
  return chat
}

function talk(chinese: boolean): SampleChat {
  const say = (english: string, other: string) => (chinese ? other : english)
  const anna = chinese ? { ...ANNA, name: '王小雅' } : ANNA
  const chat = createSampleChat([
    said('mine', 1, say('Hello! My order has not arrived yet.', '您好，我的订单还没有收到。')),
    said(
      BOT,
      2,
      say('I am sorry to hear that. What is your **order number**?', '很抱歉给您带来不便，请问您的订单号是多少？'),
    ),
    said('mine', 3, 'TH-20260301-118'),
    handedTo(4, { kind: 'agent', id: 'anna', name: anna.name }),
    said(anna, 5, say('Hi, this is Anna. I have found it.', '您好，我是小雅，已经查到您的订单。')),
    said(
      anna,
      6,
      say(
        'It left our house on Monday and arrives tomorrow before noon: https://track.example/TH118.',
        '包裹周一已发出，预计明天中午前送达：https://track.example/TH118。',
      ),
    ),
    said('mine', 7, say('Great, thank you!', '太好了，谢谢！')),
    { ...said(anna, 8, say('You are welcome.', '不客气。')), reactions: [{ emoji: '👍', count: 1, mine: true }] },
  ])
  chat.floor.value = { holder: { kind: 'agent', id: 'anna', name: anna.name ?? '' }, term: 2 }
  return chat
}

function parts(): SampleChat {
  const chat = createSampleChat([
    said(BOT, 1, [
      {
        kind: 'choices',
        text: 'What is it about?',
        options: [
          { id: 'order', label: 'My order' },
          { id: 'return', label: 'A return', description: 'Within 30 days' },
          { id: 'other', label: 'Something else' },
        ],
      },
    ]),
    said(BOT, 2, [
      {
        kind: 'card',
        title: 'Green tea, 100 g',
        text: 'First flush, spring 2026',
        image: PICTURE,
        url: 'https://shop.example/tea',
        buttons: [
          { kind: 'link', label: 'View', url: 'https://shop.example/tea' },
          { kind: 'reply', id: 'buy', label: 'Add to basket' },
        ],
      },
    ]),
    said(ANNA, 3, [
      { kind: 'image', url: PICTURE, alt: 'The parcel', width: 640, height: 360 },
      { kind: 'file', url: 'https://shop.example/invoice.pdf', name: 'invoice-2026-03.pdf', bytes: 84_213 },
    ]),
    said(ANNA, 4, [
      {
        kind: 'location',
        latitude: 31.2304,
        longitude: 121.4737,
        name: 'Teahouse Shanghai',
        address: '1 Nanjing Road',
      },
      { kind: 'audio', url: 'https://shop.example/a.mp3', transcript: 'I will call you back.' },
    ]),
    said(BOT, 5, [
      {
        kind: 'text',
        format: 'markdown',
        text: 'Please\n1. open **Orders**\n2. choose *Return*\n\nor run `tea --return`:\n```\ntea --return 118\n```\nMore on [our page](https://shop.example/returns).',
      },
    ]),
    said(BOT, 6, [
      {
        kind: 'form',
        title: 'How can we reach you?',
        fields: [
          { name: 'name', label: 'Name', required: true },
          { name: 'email', label: 'E-mail', type: 'email', required: true },
          { name: 'topic', label: 'Topic', type: 'select', options: [{ id: 'a', label: 'Order' }] },
          { name: 'ok', label: 'I agree to be called', type: 'checkbox' },
        ],
      },
    ]),
  ])
  chat.floor.value = { holder: { kind: 'bot', id: 'keywords' }, term: 1 }
  return chat
}

function rating(): SampleChat {
  return createSampleChat([
    said(BOT, 1, [{ kind: 'rating', scale: 'csat' }]),
    said(BOT, 2, [{ kind: 'rating', scale: 'nps' }]),
    said(BOT, 3, [{ kind: 'rating', scale: 'ces' }]),
    { ...said(BOT, 4, [{ kind: 'rating', scale: 'solved' }]), rated: 1 },
  ])
}

function sending(): SampleChat {
  return createSampleChat([
    said('mine', 1, 'This one was read.'),
    { ...said('mine', 2, 'This one was delivered.'), state: 'delivered' },
    { ...said('mine', 3, 'This one is on its way.'), state: 'sending' },
    {
      ...said('mine', 4, [{ kind: 'file', name: 'photo-of-the-damaged-box.heic', bytes: 4_300_000 }]),
      state: 'uploading',
      progress: 0.6,
    },
    {
      ...said('mine', 5, 'This one could not be sent.'),
      state: 'failed',
      error: { code: 'throttled', message: 'too many messages at once', retryable: true },
    },
    { ...said('mine', 6, 'gone'), recalled: true, parts: [] },
  ])
}

function stream(chinese: boolean): SampleChat {
  const chat = talk(chinese)
  chat.streams.value = [{ key: 'x', from: BOT, text: 'Green tea is best brewed at **80 °C** for two' }]
  chat.typing.value = [ANNA]
  return chat
}
