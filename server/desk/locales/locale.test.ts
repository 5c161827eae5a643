import { expect, it } from 'vitest'
import { GIVEN_BACK } from '../../route.ts'
import { words } from './zh-CN.ts'

it('tells an agent who reads Chinese why the floor moved in Chinese, and a backend’s own reason as it is', () => {
  const { reason } = words.events
  expect(reason('the contact asked for a person')).toBe('原因：客户要求转人工')
  expect(reason(GIVEN_BACK)).toBe('原因：客户没有再回复')
  expect(reason('refund over 100')).toBe('原因：refund over 100')
})
