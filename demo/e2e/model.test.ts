import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestEndpoint, type Step, saying, type TestEndpoint } from '../../server/backends/openai/test-endpoint.ts'
import { bubbles, openChat, openFrom, openStage, reply, type Stage, say, shows, violations, WAITS } from './stage.ts'

let endpoint: TestEndpoint
let stage: Stage
beforeAll(async () => {
  endpoint = await openTestEndpoint()
  const model = {
    baseUrl: endpoint.baseUrl,
    apiKey: 'sk-test-key',
    model: 'tea-1',
    title: 'Mei',
    reasoning: 'separate',
  }
  stage = await openStage({}, { model })
})
afterAll(async () => {
  await stage?.close()
  await endpoint?.close()
})

/** Word by word with a pause after each, as a model of middling speed writes. */
function trickle(text: string, pause = 60): Step[] {
  const words = text.match(/\S+\s*|[\p{sc=Han}，。！？]/gu) ?? []
  return words.flatMap((one) => [{ say: one }, { wait: pause }])
}

const EN = {
  path: '/',
  locale: 'en-GB',
  question: 'Tell me about Longjing',
  answer:
    '**Longjing** is a green tea from the hills around West Lake. The leaves are picked in spring, before the rains, dried flat ' +
    'in a warm pan by hand, and they taste of chestnut and of fresh peas. Take water of eighty degrees and two minutes.',
  again: 'And how is it made?',
  next: 'Which cup?',
  last: 'A glass, so that you see the leaves dance.',
  stop: 'Stop answering',
}
const ZH = {
  path: '/zh/',
  locale: 'zh-CN',
  question: '介绍一下龙井',
  answer: [
    ...'**龙井**是产自西湖周边山里的绿茶。春天雨前采摘，手工在锅里炒干压扁，有板栗和鲜豌豆的香气。用八十度的水泡两分钟就好。',
  ]
    .join(' ')
    .replaceAll('* *', '**'),
  again: '怎么做的？',
  next: '用什么杯子？',
  last: '用玻璃杯，可以看茶叶舒展。',
  stop: '停止回复',
}

/** What grows in the log just now. */
const growing = (page: Page) => page.getByRole('log').locator('.streaming .bubble')
const lengthOf = async (page: Page) => (await growing(page).textContent())?.length ?? 0

/** Lengths of the growing text, each longer than the one before. */
async function lengths(page: Page, count: number): Promise<number[]> {
  const seen = [await lengthOf(page)]
  while (seen.length < count) {
    await expect.poll(() => lengthOf(page), { interval: 20 }).toBeGreaterThan(seen.at(-1) ?? 0)
    seen.push(await lengthOf(page))
  }
  return seen
}

describe.each([
  ['on a desktop', EN, { viewport: { width: 1280, height: 800 } }],
  ['on a phone', EN, { viewport: { width: 375, height: 667 }, hasTouch: true }],
  ['in Chinese on a phone', ZH, { viewport: { width: 375, height: 667 }, hasTouch: true }],
] as const)('a customer of a language model, %s', (_, words, options: BrowserContextOptions) => {
  let shop: Page
  beforeEach(() => endpoint.script(trickle(words.answer), saying('Yes.')))

  async function asks(): Promise<void> {
    const customer = await stage.customer({ locale: words.locale, ...options })
    shop = await stage.shop(customer, words.path)
    await openChat(shop)
    await say(shop, words.question)
    await growing(shop).waitFor()
  }

  it('sees the answer grow, and all that came so far at once after a reload', async () => {
    endpoint.script([...trickle(words.answer, 90), { finish: 'stop' }, 'done'])
    await asks()
    const seen = await lengths(shop, 4)
    await shop.reload()
    await openChat(shop)
    await growing(shop).waitFor()
    expect(await lengthOf(shop)).toBeGreaterThanOrEqual(seen.at(-1) ?? 0)
    expect(await violations(shop)).toEqual([])
    await growing(shop).waitFor({ state: 'detached', timeout: 20_000 })
    const [, answer, ...more] = await bubbles(shop)
    expect(answer?.length).toBeGreaterThan(seen.at(-1) ?? 0)
    expect(more).toEqual([])
    expect(endpoint.asked.at(-1)?.messages.at(-1)).toEqual({ role: 'user', content: words.question })
    await shop.context().close()
  })

  it('stops it, keeps what was shown as one message, and is answered the next time', async () => {
    endpoint.script([...trickle(words.answer, 90), 'stall'], saying(words.last))
    const left = endpoint.left()
    await asks()
    await lengths(shop, 3)
    const stop = shop.getByRole('button', { name: words.stop })
    const size = await stop.boundingBox()
    expect(Math.min(size?.width ?? 0, size?.height ?? 0)).toBeGreaterThanOrEqual(24)
    await stop.click()
    await growing(shop).waitFor({ state: 'detached' })
    const [, stopped = ''] = await bubbles(shop)
    expect(stopped.length).toBeGreaterThan(1)
    await expect.poll(() => endpoint.left()).toBe(left + 1)
    await shop.waitForTimeout(500)
    expect(await bubbles(shop)).toEqual([words.question, stopped])

    await shop.reload()
    await openChat(shop)
    await shows(shop, words.question)
    expect(await bubbles(shop)).toEqual([words.question, stopped])
    await say(shop, words.next)
    await shows(shop, words.last)
    expect(await bubbles(shop)).toEqual([words.question, stopped, words.next, words.last])
    await shop.context().close()
  })
})

describe('a customer who is answered by a language model', () => {
  it('stops it, asks for a person, gets one, and rates', async () => {
    const handoff = JSON.stringify({ reason: 'asked for a person', summary: 'Wants to know how Longjing is made.' })
    endpoint.script([...trickle(EN.answer, 90), 'stall'], saying(EN.last), [
      { call: 'handoff', json: handoff },
      { finish: 'tool_calls' },
      'done',
    ])
    const shop = await stage.shop(await stage.customer())
    const desk = await stage.desk()
    await openChat(shop)
    await say(shop, EN.question)
    await lengths(shop, 3)
    await shop.getByRole('button', { name: EN.stop }).click()
    await growing(shop).waitFor({ state: 'detached' })
    await say(shop, EN.next)
    await shows(shop, EN.last)

    const asked = endpoint.asked.length
    await say(shop, 'I want to talk to a person')
    await shows(shop, WAITS)
    await openFrom(desk, 'Waiting')
    const summary = desk.getByRole('list', { name: 'Summary for whoever answers' })
    await summary.getByText(EN.last).waitFor()
    await summary.getByText('Longjing is a').waitFor()
    await desk.getByRole('button', { name: 'Take over' }).click()
    await shows(shop, 'Anna joined')
    await reply(desk, 'Anna here, what may I do for you?')
    await shows(shop, 'Anna here')
    await say(shop, 'All is clear, thank you')
    await shows(desk, 'All is clear, thank you')

    await desk.getByRole('button', { name: 'Close', exact: true }).click()
    await shows(shop, 'How satisfied are you with our service?')
    await shop.getByRole('log').getByRole('button', { name: 'Good', exact: true }).click()
    await shows(shop, 'Thank you for your feedback')
    await desk
      .getByText(/Rated 4/)
      .first()
      .waitFor()
    expect(endpoint.asked).toHaveLength(asked)
    expect(endpoint.refused).toEqual([])
    await shop.context().close()
    await desk.context().close()
  })

  it('leaves nothing to complain about in any page’s console', () => {
    expect(stage.complaints).toEqual([])
  })
})
