import { afterEach, describe, expect, test } from 'vitest'
import { importArticles, readContent } from './import-articles.ts'
import { type KnowledgeTalk, openKnowledgeTalk, pickOf, textOf } from './test-knowledge-talk.ts'

let open: KnowledgeTalk | undefined
afterEach(async () => {
  await open?.close()
  open = undefined
})

interface Asked {
  label?: string
  type?: 'text' | 'number' | 'date'
  required?: boolean
  pattern?: string
  wrong?: string
}

/** A conversation in which the form of an article with one field has just been asked, in the language of its label. */
async function inForm({ label = 'Order number', ...field }: Asked) {
  const talk = await openKnowledgeTalk()
  open = talk
  const form = { fields: [{ name: 'it', label, ...field }] }
  const question = /\p{Script=Han}/u.test(label) ? '修改我的订单' : 'Change my order'
  talk.backend.base?.articles.put(
    { id: 'change', question, answer: 'We change {{it|something}}.', state: 'published', form },
    { by: 'test' },
  )
  const [asks] = await talk.say(question)
  const say = async (text: string, answers = 1) => (await talk.say(text, answers)).map(textOf)
  return { ...talk, asks, say }
}

async function handoff({ until, conversation }: Pick<KnowledgeTalk, 'until' | 'conversation'>) {
  const log = await until(conversation(), (all) => all.some(({ body }) => body.kind === 'handoff'))
  const body = log.findLast((one) => one.body.kind === 'handoff')?.body
  return body?.kind === 'handoff' ? (body.summary ?? '') : ''
}

describe('what a field of an article wants', () => {
  test('is said in its own words, and found in a sentence', async () => {
    const { say } = await inForm({ pattern: '{digits:6}', wrong: 'Six digits, please.' })
    expect((await say('AB-12'))[0]).toContain('Six digits, please.')
    expect((await say('my order number is #012345'))[0]).toBe('We change 012345.')
  })

  test('is needed unless the article says otherwise', async () => {
    const { say } = await inForm({ type: 'number' })
    expect((await say('-'))[0]).toMatch(/number/)
    await open?.close()
    const other = await inForm({ type: 'number', required: false })
    expect((await other.say('-'))[0]).toBe('We change something.')
  })

  test('keeps the zeros that it begins with', async () => {
    const { say } = await inForm({ type: 'number' })
    expect((await say('00123456'))[0]).toBe('We change 00123456.')
  })

  test('may be a day that is near', async () => {
    const { say } = await inForm({ label: 'Day', type: 'date' })
    const soon = new Date(Date.now() + 86_400_000)
    const day = [soon.getFullYear(), soon.getMonth() + 1, soon.getDate()].map((one) => String(one).padStart(2, '0'))
    expect((await say('tomorrow'))[0]).toBe(`We change ${day.join('-')}.`)
  })
})

describe('in the middle of a form', () => {
  test.each([
    ['Order number', 'what do you charge for shipping?', 'Nothing from 50 on.'],
    ['订单号', '那运费是多少钱呢', '满99包邮。'],
  ])('another question is answered, and %s asked for again', async (label, question, answer) => {
    const { say } = await inForm({ label })
    const said = await say(question, 3)
    expect(said[0]).toBe(answer)
    expect(said.at(-1)).toContain(label)
    expect((await say('4711'))[0]).toBe('We change 4711.')
  })

  test.each([
    ['Order number', 'what is the meaning of life?'],
    ['订单号', '人生的意义是什么'],
  ])('a question that nothing answers is no %s, and people who take over read it', async (label, question) => {
    const talk = await inForm({ label })
    expect((await talk.say(question))[0]).toContain(label)
    await talk.say(question)
    await talk.say(question, 2)
    expect(await handoff(talk)).toMatch(new RegExp(`(Not answered|未能回答): ${question.replace('?', '\\?')}`))
  })

  test.each([
    ['Order number', 'I do not have it'],
    ['订单号', '我没有订单号'],
  ])('people take over when %s is not there', async (label, text) => {
    const talk = await inForm({ label })
    await talk.say(text, 2)
    expect(await handoff(talk)).toMatch(/(About|关于): (Change my order|修改我的订单)/)
  })

  test.each([
    ['Order number', 'never mind'],
    ['Order number', 'cancel please'],
    ['订单号', '算了吧'],
  ])('it is left where %s is asked for and somebody writes "%s"', async (label, text) => {
    const { say } = await inForm({ label })
    expect((await say(text))[0]).toMatch(/leave that|已取消/)
  })

  test('it says how to leave from the first question on, also where it goes out as a list', async () => {
    const { asks } = await inForm({})
    expect(asks?.body).toMatchObject({ parts: [{ title: 'Write “cancel” to leave.' }] })
  })
})

describe('an article with a form', () => {
  test.each([
    ['fields.0.patern', { fields: [{ name: 'it', label: 'It', patern: '{digits:6}' }] }, 'did you mean "pattern"'],
    ['fields.0.pattern', { fields: [{ name: 'it', label: 'It', pattern: '[0-9]+' }] }, '{digits:6}'],
    ['fields.0.pattern', { fields: [{ name: 'it', label: 'It', type: 'date', pattern: '{digits:6}' }] }, 'date'],
    [
      'fields.0.options.0.titel',
      { fields: [{ name: 'it', label: 'It', type: 'select', options: [{ id: 'a', label: 'A', titel: 'x' }] }] },
      'is no field',
    ],
  ])('is refused for %s, which would do nothing', async (path, form, remedy) => {
    open = await openKnowledgeTalk()
    const { base } = open.backend
    if (base === undefined) throw new Error('the backend is not open')
    const text = JSON.stringify([{ question: 'A form', answer: 'Yes.', form }])
    const reading = await readContent('faq.json', Buffer.from(text))
    const taken = importArticles(base, reading, { by: 'test' })
    await expect(taken).rejects.toThrow(`form.${path}`)
    await expect(taken).rejects.toThrow(remedy)
  })
})

describe('"did you mean"', () => {
  test.each(['1', '1.', '一', 'the first one', '第一个', 'How long does a refund take?'])(
    'takes "%s" where buttons are shown',
    async (text) => {
      open = await openKnowledgeTalk({ lead: 0.4 })
      const [asks] = await open.say('refund')
      const first = asks?.body.kind === 'message' ? asks.body.parts[0] : undefined
      const label = first?.kind === 'choices' ? first.options[0]?.label : ''
      const said = (await open.say(text === 'How long does a refund take?' ? (label ?? '') : text)).map(textOf)
      expect(said[0]).toMatch(label === 'How long does a refund take?' ? /5 days/ : /\[2 fields\]/)
    },
  )

  test('takes the last for none of these, and does not call it a question', async () => {
    open = await openKnowledgeTalk({ lead: 0.4 })
    await open.say('refund')
    await open.say('the last one', 2)
    const summary = await handoff(open)
    expect(summary).toContain('Not answered: refund')
    expect(summary).not.toContain('Not answered: the last one')
  })

  test('is over once something else was said', async () => {
    open = await openKnowledgeTalk({ lead: 0.4, patience: 3 })
    const [asks] = await open.say('refund')
    await open.say(pickOf(asks, 'refund-time'))
    expect((await open.say('1')).map(textOf)[0]).not.toMatch(/5 days|fields/)
  })
})
