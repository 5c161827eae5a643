import { describe, expect, it, onTestFinished } from 'vitest'
import { createPresence } from './presence.ts'

function open(grace: number) {
  const presence = createPresence({ grace })
  let changes = 0
  presence.onChange(() => {
    changes += 1
  })
  onTestFinished(presence.close)
  return { presence, changes: () => changes }
}

describe('an agent', () => {
  it('stays online while one of several windows is open', async () => {
    const { presence, changes } = open(0)
    const [first, second] = [presence.enter('anna'), presence.enter('anna')]
    first()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([presence.online('anna'), changes()]).toEqual([true, 1])
    second()
    await expect.poll(() => presence.online('anna')).toBe(false)
    expect(changes()).toBe(2)
  })

  it('is not away for the moment of a reload', async () => {
    const { presence, changes } = open(30)
    presence.enter('anna')()
    const leave = presence.enter('anna')
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect([presence.staffed('shop'), changes()]).toEqual([true, 1])
    leave()
    leave()
    await expect.poll(() => presence.staffed('shop')).toBe(false)
  })
})

it('looks once more when those who were here before a restart had time to come back', async () => {
  const presence = createPresence({ comeBack: 5 })
  const settled = new Promise<void>((resolve) => presence.onChange(resolve))
  await settled
  expect(presence.staffed('shop')).toBe(false)
  presence.close()
})
