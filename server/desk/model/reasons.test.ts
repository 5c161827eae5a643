import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Backend, HandoffTarget } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { afterEach, describe, expect, it } from 'vitest'
import { createFlowBackend } from '../../backends/flow/flow.ts'
import { flowOptions } from '../../backends/flow/flow-options.ts'
import { createKeywordBackend } from '../../backends/keyword.ts'
import { createKnowledgeBackend } from '../../backends/knowledge/knowledge.ts'
import { createOpenaiBackend } from '../../backends/openai/openai.ts'
import { createRasaBackend } from '../../backends/rasa/rasa.ts'
import { createWebhookBackend } from '../../backends/webhook/webhook.ts'
import { floorSettings } from '../../floor-settings.ts'
import { GIVEN_BACK } from '../../route.ts'
import { openTestRelay, type TestRelay } from '../../test-relay.ts'
import { words as en } from '../locales/en.ts'
import { words as zh } from '../locales/zh-CN.ts'
import { createFormat } from './format.ts'
import { reasonOf } from './reasons.ts'

const relay = { from: { kind: 'system' as const, id: 'relay' } }
const bot = { from: { kind: 'bot' as const, id: 'shop' } }
const inChinese = (text: string, said: Pick<Entry, 'from'>) =>
  reasonOf(text, said, { words: zh, format: createFormat('zh-CN') })
const inEnglish = (text: string, said: Pick<Entry, 'from'>) =>
  reasonOf(text, said, { words: en, format: createFormat('en') })

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Row {
  open(): Backend | Promise<Backend>
  also?: Backend
  says?: string[]
  chinese: string
}

/** A webhook at an end that has gone for good. */
async function webhook(): Promise<Backend> {
  const gone = createServer((_, response) => response.writeHead(410).end())
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  closing.push(async () => void gone.close())
  const { port } = gone.address() as AddressInfo
  const secrets = [`whsec_${Buffer.alloc(32).toString('base64')}`]
  return createWebhookBackend('shop', { url: `http://127.0.0.1:${port}/`, secrets })
}

const NOWHERE = 'http://127.0.0.1:9/'
const passes = (name: string, to: HandoffTarget): Backend => ({
  name,
  handle: async () => ({ kind: 'handoff', to, reason: 'not mine' }),
})
const people = { kind: 'handoff', to: 'queue' }

const ROWS: Record<string, Row> = {
  'who asks for a person': {
    open: () => createKeywordBackend('shop', {}),
    says: ['转人工'],
    chinese: '客户要求转人工',
  },
  'whose program is silent': {
    open: () => ({ name: 'shop', answers: 'later', answerWithin: 1_500, handle: async () => undefined }),
    chinese: 'shop 在1.5秒钟内没有回答',
  },
  'whose backend hangs': {
    open: () => ({ name: 'shop', answerWithin: 1_000, handle: () => new Promise(() => undefined) }),
    chinese: 'shop 在1秒钟内没有回答',
  },
  'whose backend throws': {
    open: () => ({ name: 'shop', retries: [], handle: () => Promise.reject(new Error('secret')) }),
    chinese: 'shop 出现故障',
  },
  'whose backend refuses in words of its own': {
    open: () => ({ name: 'shop', handle: () => Promise.reject(new HutongError('rejected', 'no stock today')) }),
    chinese: 'shop 未能回答：no stock today',
  },
  'whose webhook wants no more': { open: webhook, chinese: 'shop 不再接收消息，已停用' },
  'whose Rasa is away': {
    open: () => createRasaBackend('shop', { url: NOWHERE }),
    chinese: '无法连接 shop',
  },
  'whose model cannot be reached': {
    open: () => createOpenaiBackend('shop', { baseUrl: NOWHERE, model: 'any', apiKey: 'sk-test' }),
    chinese: '无法连接 shop',
  },
  'whom bots give each other': {
    open: () => passes('shop', { kind: 'bot', id: 'other' }),
    also: passes('other', { kind: 'bot', id: 'shop' }),
    chinese: '机器人之间已连续转接 8 次，shop 又要转给 other',
  },
  'who is beyond the keywords': {
    open: () => createKeywordBackend('shop', {}),
    says: ['boats?', 'trains?'],
    chinese: '机器人连续 2 个问题无法回答',
  },
  'who is beyond the articles': {
    open: () => createKnowledgeBackend('shop', {}),
    says: ['boats?', 'trains?', 'bicycles?'],
    chinese: '知识库中没有相关内容',
  },
  'who came to a step of the flow': {
    open: () => createFlowBackend('shop', flowOptions.parse({ rules: [], otherwise: 'people', steps: { people } })),
    chinese: '流程步骤“people”',
  },
}

describe('an agent who reads Chinese is told in Chinese why the floor came to people of a customer', () => {
  it.each(Object.keys(ROWS))(
    '%s',
    async (name) => {
      const { open, also, says = ['boats?'], chinese } = ROWS[name] ?? {}
      const backend = await open?.()
      if (!backend) throw new Error(`there is no row ${name}`)
      const backends = also ? [backend, also] : [backend]
      const house = await openTestRelay({ backends, routing: ['shop', 'desk'], floor: floorSettings.parse({}) })
      closing.push(house.close)
      const handed = await handedOn(house, says)
      if (handed?.body.kind !== 'handoff') throw new Error('nobody was asked')
      expect(inChinese(handed.body.reason ?? '', handed)).toBe(chinese)
    },
    30_000,
  )
})

/** Says one thing after the other until people are asked. */
async function handedOn({ write, log }: TestRelay, says: readonly string[]): Promise<Entry | undefined> {
  let found: Entry | undefined
  for (const words of says) {
    const { conversation, seq } = await write(words)
    const answered = async () => {
      const entries = await log(conversation)
      found = entries.find(isQueued)
      return found !== undefined || entries.some((one) => one.seq > seq && one.body.kind === 'message')
    }
    await expect.poll(answered, { timeout: 20_000 }).toBe(true)
    if (found) break
  }
  return found
}

function isQueued({ body }: Entry): boolean {
  return body.kind === 'handoff' && body.floor.holder.kind === 'queue'
}

it('says the same in English as long as one reads it: in seconds', () => {
  expect(inEnglish('shop gave no answer in 90000 ms', relay)).toBe('shop gave no answer in 90 seconds')
  expect(inEnglish('shop could not answer: shop gave no answer in 1500 ms', relay)).toBe(
    'shop gave no answer in 1.5 seconds',
  )
})

it('tells that a customer was given back to the bot for saying nothing', () => {
  expect(inChinese(GIVEN_BACK, relay)).toBe('客户没有再回复')
})

it('tells why a platform failed as far as that helps', () => {
  const rasa = 'shop could not answer: url: Rasa cannot be reached (ECONNREFUSED); does it run?'
  expect(inChinese(rasa, relay)).toBe('无法连接 shop（ECONNREFUSED）')
  const model = 'the endpoint failed or cannot be reached (HTTP 500)'
  expect(inChinese(`shop could not answer: ${model}`, relay)).toBe('无法连接 shop（HTTP 500）')
  expect(inChinese(model, bot)).toBe('无法连接模型')
})

it('leaves as it is what a backend or a colleague wrote, also when it reads like the relay', () => {
  const text = 'I could not answer: the refund is over 100'
  expect(inChinese(text, bot)).toBe(text)
  expect(inChinese('the contact asked for a person', bot)).toBe('the contact asked for a person')
  const anna = { from: { kind: 'agent' as const, id: 'a_anna' } }
  expect(inChinese('no article answers this', anna)).toBe('no article answers this')
  expect(inChinese('refund over 100', relay)).toBe('refund over 100')
})
