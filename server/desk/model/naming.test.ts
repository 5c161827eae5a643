import { outsider } from '@hutong/core/entry'
import { expect, it } from 'vitest'
import { words as en } from '../locales/en.ts'
import { words as zhCN } from '../locales/zh-CN.ts'
import { participantName } from './naming.ts'

const contact = {
  ...{ id: 'c_1', site: 'tea', name: 'Zoe', email: 'zoe@home.example', attributes: {}, identities: [] },
  ...{ createdAt: 0, seenAt: 0 },
}
const nameOf = (who: ReturnType<typeof outsider>, words = en) => participantName(who, { words, me: 'a_1', contact })

it('names whoever writes into a conversation from another address by that address', () => {
  expect(nameOf(outsider('zoe@work.example'))).toBe('zoe@work.example')
})

it('says of mail that may be forged that its sender is not proven', () => {
  const forged = outsider('zoe@home.example', { unproven: true })
  expect(nameOf(forged)).toBe('zoe@home.example (not proven)')
  expect(nameOf(forged, zhCN)).toBe('zoe@home.example（身份未证实）')
})
