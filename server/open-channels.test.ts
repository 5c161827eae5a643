import type { Adapter, Logger } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { createMemoryAdapter, createMemoryHost, createMemoryPlatform } from '@hutong/core/memory'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createChannelHealth } from './channel-health.ts'
import { createOpenChannels, type OpenChannels, type OpenChannelsOptions } from './open-channels.ts'
import { quiet, webChannel } from './test-relay.ts'

const REFUSED = new HutongError('misconfigured', 'login: the platform refuses it')
let lines: string[]
let opened: OpenChannels[]
beforeEach(() => {
  lines = []
  opened = []
})
afterEach(() => Promise.all(opened.map((one) => one.close())))

function channel(name: string, open: () => Promise<void>): Adapter {
  return { ...createMemoryAdapter({ platform: createMemoryPlatform(), channel: name }), open }
}

function prepare(adapters: readonly Adapter[], more: Partial<OpenChannelsOptions> = {}) {
  const write = (_: object, message: string) => lines.push(message)
  const logger: Logger = { ...quiet, error: write, info: write }
  const health = createChannelHealth(logger)
  const host = ({ channel: name }: Adapter) => createMemoryHost({ channel: name })
  const channels = createOpenChannels({ adapters, host, health, pause: () => 5, ...more })
  opened.push(channels)
  return { channels, troubles: () => [...health.troubles()].map(([name, { code }]) => [name, code]) }
}

it('opens the other channels although one is refused, says which, and tries that one until it opens', async () => {
  let refusals = 3
  const broken = channel('mail', async () => {
    if (refusals-- > 0) throw REFUSED
  })
  const working: string[] = []
  const sound = channel('wechat', async () => void working.push('wechat'))
  const { channels, troubles } = prepare([webChannel, broken, sound])
  await channels.open()
  expect([working, troubles()]).toEqual([['wechat'], [['mail', 'misconfigured']]])
  await expect.poll(troubles).toEqual([])
  expect(lines).toEqual(['channel mail does not work; the others go on', 'channel mail works again'])
})

it('does not wait for a platform that never answers, and says so', async () => {
  const { channels, troubles } = prepare([channel('mail', () => new Promise(() => {}))], { patience: 20 })
  await channels.open()
  expect(troubles()).toEqual([['mail', 'timeout']])
})

it('ends its tries when the relay stops', async () => {
  let tries = 0
  const broken = channel('mail', async () => {
    tries += 1
    throw REFUSED
  })
  const { channels } = prepare([broken], { pause: () => 60_000 })
  await channels.open()
  await channels.close()
  expect(tries).toBe(1)
})

it('has no relay start without the channel of its own widget', async () => {
  const { channels } = prepare([{ ...webChannel, open: () => Promise.reject(REFUSED) }])
  await expect(channels.open()).rejects.toBe(REFUSED)
})
