import { randomUUID } from 'node:crypto'
import type { Clock, Host, Logger } from '@hutong/core/adapter'
import { type AlertRule, createAlerts } from './alerts.ts'
import { type Config, sitesOf } from './config.ts'
import { given } from './given.ts'
import type { Relay } from './relay.ts'
import type { Store } from './stores/store.ts'

export interface AlertGround {
  relay: Pick<Relay, 'onEvents'>
  store: Store
  /** The origin of links to the desk. */
  origin: string
  clock: Clock
  logger: Logger
}

/** Tells the configured groups of agents from now on, and of what waits already. The returned function ends it. */
export async function startAlerts(config: Config, ground: AlertGround): Promise<() => Promise<void>> {
  const { relay, store, origin, clock, logger } = ground
  const { createGroupRobot } = await import('@hutong/adapter-wecom')
  const sites = sitesOf(config)
  const robots = config.alerts.map(({ key, api }) =>
    createGroupRobot({ key, clock, logger, shared: sharedOf(store, clock), ...(api && { apiBase: api }) }),
  )
  const rules = config.alerts.flatMap(({ site: key, waitingMs, answerMs }, index): AlertRule[] => {
    const robot = robots[index]
    const site = sites.find((one) => one.key === key)?.id
    return robot ? [{ id: String(index), robot, waitingMs, ...given({ site, answerMs }) }] : []
  })
  const alerts = createAlerts({
    relay,
    store,
    rules,
    about(id) {
      const { name = id, locales: [locale] = [] } = sites.find((one) => one.id === id) ?? {}
      return { name, locale }
    },
    link: (conversation) => `${origin.replace(/\/+$/, '')}/desk/#/c/${conversation}`,
    owner: randomUUID(),
    now: () => clock.now(),
    logger,
  })
  await alerts.start()
  return async () => {
    await Promise.all(robots.map((robot) => robot.close()))
    await alerts.close()
  }
}

const ROBOTS = 'robots'

/** What a robot has said, counted for all nodes. */
function sharedOf(store: Store, clock: Clock): Pick<Host, 'state' | 'lease'> {
  const owner = randomUUID()
  return {
    state: { get: (key) => store.get(ROBOTS, key), set: (key, value) => store.set(ROBOTS, key, value) },
    async lease(name, ms) {
      const renew = () => store.lease(name, { owner, now: clock.now(), until: clock.now() + ms })
      return (await renew()) ? { renew, release: () => store.releaseLease(name, owner) } : undefined
    },
  }
}
