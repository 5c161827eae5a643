import { expect } from 'vitest'
import type { Pledge } from './testkit.ts'
import { plain } from './testkit-stage.ts'

/** Opening, closing, and what a channel says of itself. */
export const life: readonly Pledge[] = [
  {
    title: 'says what it can do as plain data that does not change',
    async prove({ adapter }) {
      const before = structuredClone(adapter().capabilities)
      expect(JSON.parse(JSON.stringify(before))).toEqual(before)
      expect(adapter().capabilities).toEqual(before)
      expect(adapter().channel).toMatch(/^[\w-]{1,64}$/)
    },
  },
  {
    title: 'says what it can do without contradicting itself',
    async prove({ capabilities }) {
      const { parts, text, choices, buttons, files, partsPerMessage } = capabilities
      expect(parts).toContain('text')
      expect(new Set(parts).size).toBe(parts.length)
      expect(text.max === null || text.max >= 4).toBe(true)
      expect(choices.max > 0 && choices.label > 0).toBe(parts.includes('choices'))
      expect(buttons === 0 || parts.includes('card')).toBe(true)
      expect(files.maxBytes > 0 || !parts.some((kind) => kind === 'file' || kind === 'image')).toBe(true)
      expect(partsPerMessage).toBeGreaterThanOrEqual(1)
    },
  },
  {
    title: 'takes messages back exactly where it says that it can',
    async prove({ adapter, capabilities: { recall, readsLog } }) {
      expect(adapter().recall !== undefined).toBe(recall && !readsLog)
    },
  },
  {
    title: 'closes twice as well as once',
    async prove({ adapter }) {
      await adapter().close()
      await adapter().close()
    },
  },
  {
    title: 'takes nothing in after it was closed',
    async prove({ adapter, lin, stored, quiet }) {
      await adapter().close()
      await lin.write({ id: 'late', text: 'too late' }).catch(() => false)
      await quiet()
      expect(stored(lin)).toEqual([])
    },
  },
  {
    title: 'refuses to send after it was closed',
    concerns: ({ readsLog }) => !readsLog,
    async prove({ adapter, deliveries, lin }) {
      const [delivery] = await deliveries(lin, [plain('hi')])
      await adapter().close()
      await expect(delivery && adapter().send(delivery)).rejects.toMatchObject({ name: 'HutongError' })
    },
  },
  {
    title: 'lets what it is sending finish before it is closed',
    concerns: ({ readsLog }) => !readsLog,
    async prove({ adapter, deliveries, lin, until }) {
      const [delivery] = await deliveries(lin, [plain('last words')])
      const sending = delivery && adapter().send(delivery)
      await adapter().close()
      expect(await sending).toMatchObject({ state: 'sent' })
      await until(async () => (await lin.sees()).at(-1), 'last words')
    },
  },
  {
    title: 'goes on after a restart, and a message repeated across it is stored once',
    async prove({ restart, lin, stored, until }) {
      await lin.write({ id: 'one', text: 'before' })
      await until(() => stored(lin), ['before'])
      await restart()
      await lin.comeBack()
      await lin.write({ id: 'one', text: 'before' })
      await lin.write({ id: 'two', text: 'after' })
      await until(() => stored(lin), ['before', 'after'])
    },
  },
  {
    title: 'brings in what was written while it was closed once the platform repeats it',
    async prove({ adapter, restart, lin, stored, until }) {
      await adapter().close()
      await lin.write({ id: 'one', text: 'anybody there?' }).catch(() => false)
      await restart()
      await lin.comeBack()
      await lin.write({ id: 'one', text: 'anybody there?' })
      await until(() => stored(lin), ['anybody there?'])
    },
  },
]
