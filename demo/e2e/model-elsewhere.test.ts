import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { letter, openPostOffice, type PostOffice } from '../../adapters/email/test-post-office.ts'
import { openTestEndpoint, saying, type TestEndpoint } from '../../server/backends/openai/test-endpoint.ts'
import { bubbles, openFrom, openStage, reply, type Stage, say, shows } from './stage.ts'
import { answerMail, mailChannel, mailSaying } from './test-mailbox.ts'

/** One relay, one model behind it, for mail and both accounts in WeChat. */
let endpoint: TestEndpoint
let office: PostOffice
let shopAddress: string
let stage: Stage
beforeAll(async () => {
  endpoint = await openTestEndpoint()
  office = await openPostOffice()
  shopAddress = office.fresh('help')
  const model = { baseUrl: endpoint.baseUrl, apiKey: 'sk-test-key', model: 'tea-1', title: 'Mei' }
  const mail = { ...mailChannel(office, shopAddress), plusAddress: true, gatherMs: 200 }
  stage = await openStage({ channels: [mail], reach: { afterMs: 500 } }, { beside: 'wechat', model })
})
afterAll(async () => {
  await stage?.close()
  await office?.close()
  await endpoint?.close()
})

/** An agent who looks at the conversation of whoever has just asked for a person, and takes it. */
async function takes(summary: string | RegExp): Promise<Page> {
  const desk = await stage.desk()
  await openFrom(desk, 'Waiting')
  await desk.getByRole('list', { name: 'Summary for whoever answers' }).getByText(summary).waitFor()
  await desk.getByRole('button', { name: 'Take over' }).click()
  return desk
}

/** The agent closes, and leaves once the customer's rating is there. */
async function closes(desk: Page): Promise<{ rated(score: number): Promise<void> }> {
  await desk.getByRole('button', { name: 'Close', exact: true }).click()
  return {
    async rated(score) {
      await desk
        .getByText(new RegExp(`Rated ${score}`))
        .first()
        .waitFor()
      await desk.context().close()
    },
  }
}

describe('the same model', () => {
  it('answers by mail in one piece; a person is asked for, answers and is rated by mail', async () => {
    endpoint.script(saying('Longjing', ' tastes of', ' **chestnut**.'))
    const address = office.fresh('lin')
    const text = 'What does Longjing taste of?'
    const source = letter({ from: `Lin <${address}>`, to: shopAddress, id: 'taste', subject: 'Longjing', text })
    await office.dovecot.deliver(shopAddress, source)
    const answered = await mailSaying({ office, address }, /Longjing tastes of/)
    expect(answered.text).toMatch(/^Longjing tastes of \*{0,2}chestnut\*{0,2}\.$/m)

    const asked = endpoint.asked.length
    await answerMail(office, { from: address, text: 'I want to talk to a person.', to: answered, id: 'person' })
    const desk = await takes(/What does Longjing taste of\?/)
    await reply(desk, 'Anna here, what may I do for you?')
    const person = await mailSaying({ office, address }, 'Anna here, what may I do for you?')
    await answerMail(office, { from: address, text: 'That was all, thank you!', to: person, id: 'all' })
    await shows(desk, 'That was all, thank you!')

    const { rated } = await closes(desk)
    const question = await mailSaying({ office, address }, 'How satisfied are you with our service?')
    await answerMail(office, { from: address, text: '4', to: question, id: 'four' })
    await rated(4)
    expect(endpoint.asked).toHaveLength(asked)
    expect((await office.inbox(address)).filter((mail) => mail.text.includes('tastes of'))).toHaveLength(1)
  })

  it.each([
    ['the 公众号', 'gzh', '很满意', 5],
    ['微信客服', 'kf', '4', 4],
  ] as const)('answers at %s; a person is asked for, answers and is rated there', async (_, account, typed, score) => {
    endpoint.script(saying('龙井', '有', '板栗香。'))
    const customer = await stage.customer({ locale: 'zh-CN', viewport: { width: 390, height: 844 } })
    const phone = await stage.open(customer, stage.demo.wechat?.phones[account] ?? '')
    const follow = phone.getByRole('button', { name: '关注', exact: true })
    if (account === 'gzh') await follow.click()
    await say(phone, '龙井是什么味道？')
    await shows(phone, '龙井有板栗香。')
    const asked = endpoint.asked.length
    await say(phone, '转人工')
    await shows(phone, /请在这里留言|人工客服会在这里回复您/)

    const desk = await takes('龙井是什么味道？')
    await reply(desk, '您好，我是安娜，请问有什么可以帮您？')
    await shows(phone, '您好，我是安娜')
    await say(phone, '没有别的问题了')
    await shows(desk, '没有别的问题了')

    const { rated } = await closes(desk)
    await shows(phone, /满意吗/)
    await say(phone, typed)
    await rated(score)
    expect(endpoint.asked).toHaveLength(asked)
    expect((await bubbles(phone)).filter((text) => text.includes('板栗香'))).toHaveLength(1)
    await customer.close()
  })

  it('was asked by nobody who spoke of a channel, and refused nothing', () => {
    expect(endpoint.asked.length).toBeGreaterThanOrEqual(3)
    expect(JSON.stringify(endpoint.asked)).not.toMatch(/wechat|e-?mail channel|"web"/i)
    expect(endpoint.refused).toEqual([])
    expect(stage.complaints).toEqual([])
  })
})

describe('the backends that are brought along', () => {
  const folder = join(import.meta.dirname, '..', '..', 'server', 'backends')

  it('know no channel: none is named in their code', async () => {
    const names = await readdir(folder, { recursive: true })
    const sources = names.filter((name) => /\.tsx?$/.test(name) && !/(^|\/)test-|\.test\.tsx?$/.test(name))
    expect(sources.length).toBeGreaterThan(40)
    const naming = await Promise.all(
      sources.map(async (name) => {
        const code = withoutComments(await readFile(join(folder, name), 'utf8'))
        return CHANNEL.test(code) ? [name] : []
      }),
    )
    expect(naming.flat()).toEqual([])
  })
})

/** A channel by its name, an adapter, or a question for the kind of channel. What Rasa calls its channels are the two ways to talk to it. */
const CHANNEL =
  /wechat|weixin|wecom|微信|公众号|@hutong\/adapter|widget|\bchannel\b[^\n]*[=!]==?\s*['"`](?!rest|callback)/i

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}
