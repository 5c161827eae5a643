import { expect, test } from 'vitest'
import { createKeep } from './keep.ts'
import { openDrawer } from './test-relay.ts'

const refusing = {
  getItem() {
    throw new Error('SecurityError')
  },
  setItem() {
    throw new Error('QuotaExceededError')
  },
  removeItem() {
    throw new Error('SecurityError')
  },
}

test('where the browser refuses to store, everything works until the page goes', () => {
  const keep = createKeep('hutong:shop:', refusing)
  keep.set('token', 'secret')
  expect(keep.get('token')).toBe('secret')
  keep.set('token', undefined)
  expect(keep.get('token')).toBeUndefined()
})

test('what two people leave in one browser is kept apart', () => {
  const drawer = openDrawer()
  const keep = createKeep('hutong:shop:', drawer)
  keep.own('ada')
  keep.set('log', 'of Ada')
  keep.own('bo')
  expect(keep.get('log')).toBeUndefined()
  keep.own('ada')
  expect(keep.get('log')).toBe('of Ada')
})

test('what somebody else has scribbled there counts as nothing', () => {
  const drawer = openDrawer()
  drawer.setItem('hutong:shop:log', '{broken')
  expect(createKeep('hutong:shop:', drawer).get('log')).toBeUndefined()
})
