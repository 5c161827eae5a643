import { randomUUID } from 'node:crypto'
import type { Adapter, Clock, Logger } from '@hutong/core/adapter'
import type { Backend } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { type ActOptions, createAct, createAgentReply } from './act.ts'
import { type AnswerOptions, createAnswer } from './answer.ts'
import { type AskRatingOptions, createAskRating, owingRatings } from './ask-rating.ts'
import { type AskingAddress, type AskingAddressOptions, createAskingAddress } from './asking-address.ts'
import { createBackendHost } from './backend-host.ts'
import { createChangeContact } from './change-contact.ts'
import { createChannelHealth } from './channel-health.ts'
import { type CommitterOptions, createCommitter } from './commit.ts'
import { createContactSignals } from './contact-signals.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { createEgress, type EgressOptions } from './egress.ts'
import { createFailOver } from './fail-over.ts'
import { createFanOut, type FanOut } from './fan-out.ts'
import type { RelayFiles } from './files.ts'
import { createGiveBack } from './give-back.ts'
import { createHost, createRoutes } from './host.ts'
import { type RoutedSite, siteOf } from './identify.ts'
import { createInvite, type InviteOptions } from './invite.ts'
import { createJoin } from './join.ts'
import { createJoinConversation, type JoinConversation } from './join-conversation.ts'
import type { LeaveAddress } from './leave-address.ts'
import { createMerge } from './merge.ts'
import { createOpenChannels } from './open-channels.ts'
import { createOutbox, type OutboxOptions } from './outbox.ts'
import { owingBackends } from './owed.ts'
import { owingFloor } from './owing-floor.ts'
import { createPrompts } from './prompts.ts'
import type { ReachTimes } from './reach.ts'
import { createReceive, type ReceiveOptions } from './receive.ts'
import type { Relay } from './relay.ts'
import type { Store } from './stores/store.ts'
import { createTakeBack, type TakeBackOptions } from './take-back.ts'
import { createWaiting, type WaitingOptions } from './waiting.ts'
import { createWays } from './ways.ts'
import { createWhereabouts } from './whereabouts.ts'

export interface RelayOptions {
  store: Store
  sites: readonly RoutedSite[]
  adapters: readonly Adapter[]
  backends: readonly Backend[]
  files: RelayFiles
  logger: Logger
  clock: Clock
  /** Days that raw payloads are kept. */
  rawDays: number
  reach?: ReachTimes
  /** Below which each backend finds a folder of its own. */
  backendFolder: string
  /** Asks visitors for an address on the channel of their site while nobody is there to answer. */
  leaveAddress?: AskingAddress
  /** Whether anybody is there to answer this site; without it somebody always is. */
  staffed?(site: string): boolean
  measure?: { commit?: CommitterOptions['measure']; backend?: AnswerOptions['measure'] }
}

const DAY = 86_400_000
const REACH: ReachTimes = { afterMs: 30_000, unreadMs: 600_000 }
/** How long work under way may take once the relay drains. */
const DRAIN_MS = 10_000
const PURGE_MS = 3_600_000

/** The message's path, put together: each stage is a file of its own and knows nothing of the next. */
export function createRelay(options: RelayOptions): Relay {
  const { store, sites, adapters, backends, files, logger, clock } = options
  const twice = adapters.find(({ channel }, at) => adapters.slice(0, at).some((one) => one.channel === channel))
  if (twice)
    throw new HutongError('misconfigured', `two adapters are called "${twice.channel}"; give each an id of its own`)
  const owner = randomUUID()
  const { fanOut, committer, outbox, signals, leaveAddress, ...doors } = createStages(options, owner)
  const routes = createRoutes()
  const health = createChannelHealth(logger)
  let draining = false
  let purging: NodeJS.Timeout | undefined

  const openBackend = (backend: Backend) =>
    backend.open?.(createBackendHost({ ...options, ...relay, routes, folder: options.backendFolder }, backend))

  const relay: Relay = {
    ...doors,
    host: (adapter) => createHost({ relay, health, store, files, routes, owner, logger, clock }, adapter),
    troubles: health.troubles,
    async hasten(backend, kindly) {
      await store.hasten(`backend:${backend}`, clock.now(), kindly)
      outbox.wake()
    },
    wake: outbox.wake,
    contactSignal: ({ site, ...from }, signal) => signals.receive({ ...from, site: siteOf(sites, site).id }, signal),
    signal: fanOut.signal,
    follow: fanOut.follow,
    onEvents: fanOut.onEvents,
    fetch: routes.fetch,
    async start() {
      for (const backend of backends) await openBackend(backend)
      await channels.open()
      outbox.wake()
      purging = setInterval(() => void purge(options), PURGE_MS).unref()
    },
    async drain() {
      draining = true
      clearInterval(purging)
      await channels.close()
      await leaveAddress?.idle()
      await outbox.stop(DRAIN_MS)
      for (const backend of backends) await backend.close?.()
      await signals.idle()
      await committer.idle()
    },
    get draining() {
      return draining
    },
  }
  const channels = createOpenChannels({ adapters, host: relay.host, health })
  return relay
}

function createStages({ store, sites, adapters, backends, logger, measure, ...options }: RelayOptions, owner: string) {
  const now = () => options.clock.now()
  const { reach = REACH } = options
  const channels = new Map(adapters.map((adapter) => [adapter.channel, adapter]))
  const readsLog = (channel: string) => channels.get(channel)?.capabilities.readsLog ?? false
  const fanOut = createFanOut()
  const committer = createCommitter({
    store,
    owing: [owingBackends(backends), owingRatings(sites), owingFloor(sites)],
    ...(measure?.commit && { measure: measure.commit }),
    failed: (err) => logger.error({ err }, 'a commit went wrong'),
    committed(applied) {
      fanOut.committed(applied)
      if (applied.some((one) => one.deliveries > 0)) outbox.wake()
    },
  })
  const whereabouts = createWhereabouts(now, reach.unreadMs)
  const ways = createWays({ store, adapters: channels, whereabouts, times: reach, now })
  const failOver = createFailOver({ store, committer, ways, signal: fanOut.signal, now, logger })
  const prompts = createPrompts({ store, channels, now })
  const { act, agentReply, invite, takeBack } = createActing({
    store,
    committer,
    sites,
    files: options.files,
    adapters: channels,
    now,
    backends,
    signal(conversation, one) {
      deadline.heard(conversation, one)
      fanOut.signal(conversation, one)
    },
    onFloorMoved: floorWatch(fanOut),
    deliveriesTo: ways.deliveries,
  })
  const deadline = createDeadline({ store, backends, act, now })
  const joining = createJoinConversation({ store, committer, ways, sites, readsLog, now })
  const shared = { store, committer, sites, channels, fanOut, ways, prompts, invite, agentReply, joining, now, logger }
  const { leaveAddress, ...arrivals } = createArrivals({ ...options, ...shared })
  const carriers = createCarriers({
    ...options,
    ...shared,
    backends,
    act,
    failOver,
    takeBack,
    leaveAddress,
    deadline,
    ...(measure?.backend && { measure: measure.backend }),
  })
  const outbox = createOutbox({ store, owner, now, logger, carriers })
  const signals = createContactSignals({ store, signal: fanOut.signal, present: whereabouts.heard, now, logger })
  return {
    fanOut,
    committer,
    ...arrivals,
    act,
    outbox,
    signals,
    report: failOver.reported,
    ways: ways.all,
    invitations: ({ site, channel }: Parameters<Relay['invitations']>[0]) =>
      invite.channels(site).filter((one) => one !== channel),
    online: (conversation: string) => whereabouts.connected(conversation).length > 0,
    leaveAddress,
  }
}

type CarriersOptions = Omit<AnswerOptions, 'onFloorMoved'> &
  Omit<EgressOptions, 'adapters'> &
  AskRatingOptions &
  WaitingOptions & {
    fanOut: FanOut
    joining: JoinConversation
    leaveAddress: LeaveAddress | undefined
    deadline: Deadline
  }

/** Who makes which deliveries. */
function createCarriers({
  leaveAddress,
  joining,
  fanOut,
  deadline,
  ...options
}: CarriersOptions): OutboxOptions['carriers'] {
  return {
    backend: { kind: 'backend', ...createAnswer({ ...options, onFloorMoved: floorWatch(fanOut) }) },
    channel: { kind: 'channel', ...createEgress({ ...options, adapters: options.channels, joining }) },
    join: joining.carrier,
    deadline: deadline.carrier,
    ...(leaveAddress && { relay: leaveAddress.carrier }),
    rating: createAskRating(options),
    waiting: createWaiting({ ...options, leaveAddress }),
    back: createGiveBack(options),
  }
}

/** What agents and backends do, and what of it leads beyond the log. */
function createActing(options: Omit<ActOptions, 'takingBack' | 'invitation'> & TakeBackOptions & InviteOptions) {
  const invite = createInvite(options)
  const takeBack = createTakeBack(options)
  const acting: ActOptions = { ...options, takingBack: takeBack.deliveries, invitation: invite.parts }
  return { act: createAct(acting), agentReply: createAgentReply(acting), invite, takeBack }
}

type ArrivalsOptions = Omit<ReceiveOptions, 'workFor' | 'rawMs' | 'heard'> & { joining: JoinConversation } & Omit<
    AskingAddressOptions,
    'merge' | 'changeContact'
  > &
  Pick<RelayOptions, 'store' | 'sites' | 'rawDays'>

/** What comes in, and what it changes of the people it comes from. */
function createArrivals(options: ArrivalsOptions) {
  const changeContact = createChangeContact(options)
  const merge = createMerge(options)
  const leaveAddress = createAskingAddress({ ...options, merge, changeContact })
  const work = leaveAddress && { workFor: leaveAddress.workFor }
  const receive = createReceive({ ...options, rawMs: options.rawDays * DAY, heard: options.joining.heard, ...work })
  const prove: Relay['prove'] = async (channel, answer) => (await leaveAddress?.prove(channel, answer)) ?? false
  return { receive, changeContact, ...merge, join: createJoin(options), prove, leaveAddress }
}

function floorWatch({ follow }: FanOut): AnswerOptions['onFloorMoved'] {
  return (conversation, term, moved) =>
    follow(conversation, {
      entries(entries) {
        if (entries.some(({ body }) => body.kind === 'handoff' && body.floor.term > term)) moved()
      },
      signal() {},
    })
}

async function purge({ store, clock, logger }: RelayOptions): Promise<void> {
  const purged = await store
    .purge(clock.now())
    .catch((err: unknown) => logger.error({ err }, 'what has outlived its time could not be deleted'))
  if (purged) logger.info({ purged }, 'what has outlived its time was deleted')
}
