import type { Action, ActionInput } from '@hutong/core/backend'
import type { Entry, Holder, Participant } from '@hutong/core/entry'
import { textBody } from '../test-relay.ts'
import { BOTS, pause } from './test-race-bots.ts'
import { PEOPLE, type Stage } from './test-race-stage.ts'
import { judgeFloor, type Told } from './test-race-verdict.ts'

export interface Round {
  broken: string[]
  /** Hand-offs from a bot to people, by the log. */
  taken: number
  /** Things of bots that were refused as too late. */
  late: number
}

/** One conversation: a contact, the bots, and people who take the floor, give it back and take it again. */
export async function playRound(stage: Stage, number: number): Promise<Round> {
  const { world } = stage
  stage.clear()
  const { id: site, routing } =
    stage.sites[world.random.between(0, stage.sites.length - 1)] ?? (stage.sites[0] as Stage['sites'][number])
  const first: Holder = { kind: 'bot', id: routing[0] ?? '' }
  const followers: { holder: Holder; told: Told[] }[] = []
  const conversation = await world.until(
    stage.contact(site, `visitor-${number}`, { key: 'hello', body: textBody('hello') }).then(async (id) => {
      follow(stage, { id, first, followers })
      stage.spawn(contact(stage, { site, address: `visitor-${number}`, id }))
      stage.spawn(people(stage, { site, address: `visitor-${number}`, id }))
      stage.spawn(time(stage))
      stage.spawn(pause(world, 60).then(() => follow(stage, { id, first, followers })))
      await stage.idle()
      return id
    }),
  )
  const log = await stage.log(conversation)
  const now = await stage.conversation(conversation)
  if (!now) throw new Error('the conversation is gone')
  const { asked, faults } = stage
  const happened = { conversation: now, first, log, asked, followers }
  return {
    broken: [...judgeFloor(happened), ...faults],
    taken: takenFromBots(log, first),
    late: asked.filter(({ by, refused }) => by.kind === 'bot' && refused === 'stale_floor').length,
  }
}

function takenFromBots(log: readonly Entry[], first: Holder): number {
  let holder = first
  let taken = 0
  for (const { body } of log) {
    if (body.kind !== 'handoff') continue
    const { holder: next } = body.floor
    if (holder.kind === 'bot' && (next.kind === 'agent' || next.kind === 'queue')) taken += 1
    holder = next
  }
  return taken
}

interface Place {
  site: string
  address: string
  id: string
}

function follow(
  { relay, floors, durable }: Stage,
  of: { id: string; first: Holder; followers: { holder: Holder; told: Told[] }[] },
): void {
  const told: Told[] = []
  of.followers.push({ holder: floors.get(of.id)?.holder ?? of.first, told })
  relay.follow(of.id, {
    entries: (entries) => void told.push({ entries }),
    signal: (signal) => void told.push({ signal, holder: durable.get(of.id)?.holder }),
  })
}

/** Goes on writing, and presses stop now and then. */
async function contact(stage: Stage, { site, address }: Place): Promise<void> {
  const { world } = stage
  for (let more = world.random.between(0, 3); more > 0; more--) {
    await pause(world, 40)
    const stops = world.random.between(0, 3) === 0
    await stage.contact(site, address, { key: `more-${more}`, body: stops ? { kind: 'stop' } : textBody('and?') })
  }
}

/** Milliseconds that show what was gathered, and now and then so many that an answer is late. */
async function time({ world }: Stage): Promise<void> {
  for (let jumps = world.random.between(0, 5); jumps > 0; jumps--) {
    await pause(world, 12)
    world.pass(world.random.between(0, 25) === 0 ? 16_000 : world.random.between(1, 60))
  }
}

async function people(stage: Stage, place: Place): Promise<void> {
  const { world } = stage
  let said = 0
  const mei = PEOPLE[0] as Participant
  const anna = PEOPLE[1] as Participant
  const act = (by: Participant, ...actions: ActionInput[]) =>
    stage.act(by, place.id, { key: `${by.id}-${said++}`, actions: actions as Action[] })
  const reply: ActionInput = { kind: 'reply', parts: [{ kind: 'text', text: 'A person here.' }] }

  async function take(): Promise<void> {
    switch (world.random.between(0, 5)) {
      case 0:
        return act(mei, reply)
      case 1:
        return act(mei, { kind: 'handoff', to: { kind: 'agent', id: 'mei', name: 'Mei' } })
      case 2:
        return act(anna, { kind: 'handoff', to: { kind: 'agent', id: 'mei' } })
      case 3:
        return act(mei, { kind: 'handoff', to: { kind: 'queue' } }, reply)
      case 4:
        return act(mei, { kind: 'reopen' })
      default: {
        const words = { key: `elsewhere-${said++}`, body: textBody('From the phone.'), agent: mei }
        await stage.contact(place.site, place.address, words)
      }
    }
  }

  for (let times = world.random.between(1, 3); times > 0; times--) {
    await pause(world, 50)
    await take()
    for (let more = world.random.between(0, 2); more > 0; more--) {
      await pause(world, 10)
      await act(world.random.between(0, 3) === 0 ? anna : mei, reply)
    }
    await pause(world, 15)
    if (world.random.between(0, 3) === 0) await act(mei, { kind: 'close' })
    else if (world.random.between(0, 4) > 0)
      await act(mei, {
        kind: 'handoff',
        to: { kind: 'bot', id: BOTS[world.random.between(0, BOTS.length - 1)] ?? 'inner' },
      })
  }
}
