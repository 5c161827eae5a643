import { expect } from 'vitest'
import type { Delivery } from './adapter.ts'
import type { ErrorCode } from './errors.ts'
import type { Fault } from './memory.ts'
import type { Pledge } from './testkit.ts'
import { plain, type Stage } from './testkit-stage.ts'

const sends = ({ readsLog }: { readsLog: boolean }) => !readsLog

async function one(stage: Stage, text = 'hi'): Promise<Delivery> {
  const [delivery] = await stage.deliveries(stage.lin, [plain(text)])
  if (!delivery) throw new Error('a text degrades to at least one message')
  return delivery
}

/** A platform that fails in this way makes `send` reject with one of these codes. */
function refusal(title: string, fault: Fault, codes: readonly ErrorCode[]): Pledge {
  return {
    title,
    concerns: sends,
    async prove(stage) {
      const delivery = await one(stage)
      stage.bench.fault(fault)
      const thrown: unknown = await stage
        .adapter()
        .send(delivery)
        .catch((error: unknown) => error)
      expect(thrown).toMatchObject({
        name: 'HutongError',
        code: expect.stringMatching(new RegExp(`^(${codes.join('|')})$`)),
      })
      expect(await stage.lin.sees()).toEqual([])
    },
  }
}

/** Platforms that throttle, fail, lose answers and say no. */
export const failures: readonly Pledge[] = [
  refusal('asks to be called again later when the platform throttles it', 'throttled', ['throttled']),
  refusal('asks to be called again when the platform is down', 'down', ['unreachable', 'timeout', 'unavailable']),
  refusal('gives up on a message that the platform refuses for good', 'refused', ['rejected']),
  refusal('gives up on a person who cannot be reached any more', 'gone', ['gone', 'rejected']),
  refusal('says when it is too late to answer', 'window_closed', ['window_closed', 'quota']),
  {
    title: 'sends the message after a failure when it is tried again',
    concerns: sends,
    async prove(stage) {
      const delivery = await one(stage)
      stage.bench.fault('down')
      await expect(stage.adapter().send(delivery)).rejects.toMatchObject({ retryable: true })
      await stage.adapter().send({ ...delivery, attempt: 2 })
      await stage.until(() => stage.lin.sees(), ['hi'])
    },
  },
  {
    title: 'brings a message once that it is asked to send twice',
    concerns: ({ readsLog, idempotentSend }) => !readsLog && idempotentSend !== 'none',
    async prove(stage) {
      const delivery = await one(stage)
      await stage.adapter().send(delivery)
      await stage.adapter().send({ ...delivery, attempt: 2 })
      await stage.quiet()
      expect(await stage.lin.sees()).toEqual(['hi'])
    },
  },
  {
    title: 'brings a message once whose acceptance got lost on the way',
    concerns: ({ readsLog, idempotentSend }) => !readsLog && idempotentSend !== 'none',
    async prove(stage) {
      const delivery = await one(stage)
      stage.bench.fault('lost')
      const first = await stage
        .adapter()
        .send(delivery)
        .catch((error: unknown) => error)
      if (first instanceof Error) {
        expect(first).toMatchObject({ name: 'HutongError', retryable: true })
        await stage.adapter().send({ ...delivery, attempt: 2 })
      }
      await stage.quiet()
      expect(await stage.lin.sees()).toEqual(['hi'])
    },
  },
  {
    title: 'says that it is unsure when the acceptance got lost and a repeat would show twice',
    concerns: ({ readsLog, idempotentSend }) => !readsLog && idempotentSend === 'none',
    async prove(stage) {
      const delivery = await one(stage)
      stage.bench.fault('lost')
      const receipt = await stage.adapter().send(delivery)
      expect(receipt).toMatchObject({ state: 'unsure', reason: expect.stringMatching(/\S/) })
    },
  },
  {
    title: 'sends nothing twice when the try before was cut off',
    concerns: ({ readsLog, idempotentSend }) => !readsLog && idempotentSend === 'none',
    async prove(stage) {
      const delivery = await one(stage)
      await stage.adapter().send(delivery)
      const again = { ...delivery, key: `${delivery.key}x`, attempt: 2, cutOff: true as const }
      expect(await stage.adapter().send(again)).toMatchObject({ state: 'unsure', reason: expect.stringMatching(/\S/) })
      await stage.quiet()
      expect(await stage.lin.sees()).toEqual(['hi'])
    },
  },
  {
    title: 'goes on with other people when one cannot be reached',
    concerns: sends,
    async prove(stage) {
      const delivery = await one(stage)
      await stage.meet(stage.max)
      stage.bench.fault('gone')
      await expect(stage.adapter().send(delivery)).rejects.toMatchObject({ retryable: false })
      await stage.tell(stage.max, [plain('hello Max')])
      await stage.until(() => stage.max.sees(), ['hello Max'])
    },
  },
  {
    title: 'passes on what became of a message that the platform had taken, under the id of its receipt',
    concerns: ({ readsLog, reports }) => !readsLog && reports.length > 0,
    async prove(stage) {
      const receipt = await stage.adapter().send(await one(stage))
      const native = receipt.state === 'sent' ? (receipt.native ?? '') : ''
      expect(native).not.toBe('')
      const told = stage.capabilities.reports.map((state) => ({ state, ...(state === 'failed' && { reason: 'no' }) }))
      for (const report of told) await stage.bench.report?.(native, report)
      const heard = () => stage.bench.host.reports.map(({ native: of, state }) => [of, state])
      await stage.until(
        heard,
        told.map(({ state }) => [native, state]),
      )
      expect(stage.bench.host.reports.filter(({ state, reason }) => state === 'failed' && !reason)).toEqual([])
    },
  },
]
