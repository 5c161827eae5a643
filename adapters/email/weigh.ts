import type { Arrival, Host } from '@hutong/core/adapter'
import { outsider, type Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { isOnlyAnAnswer } from './automatic.ts'
import { codeIn } from './code-in.ts'
import type { Letter } from './codec.ts'
import type { Person } from './people.ts'
import type { ReplyTokens, Token } from './reply-token.ts'
import type { Threads } from './threads.ts'
import { type Belief, believe, type Evidence } from './trust.ts'

export interface Weighing {
  host: Pick<Host, 'log' | 'logger'>
  site: string
  own: readonly string[]
  tokens: ReplyTokens
  threads: Threads
  /** The agent of this id; undefined when nobody may answer as one. */
  agent(id: string): Promise<Agent | undefined>
}

export interface Agent {
  /** From where they may answer. */
  address: string
  name?: string
}

/** A mail with what is believed of it. */
export interface Weighed {
  belief: Belief
  writer: Person
  /** Of whom the arrival is, and where it belongs. */
  arrival: Pick<Arrival, 'from' | 'conversation' | 'author'>
  /** The conversation it belongs to, as far as there is one; the arrival need not name it. */
  home: string | undefined
}

/** Gathers what a mail brings, and says what that makes of it. */
export async function weigh(weighing: Weighing, letter: Letter): Promise<Weighed> {
  const { host, site, tokens } = weighing
  const writer = writerOf(weighing, letter)
  const token = [...letter.to, ...letter.answers].map(tokens.read).find((one) => one !== undefined)
  const found = await host.log.find(site, writer.address)
  const agent = token?.kind === 'agent' ? await weighing.agent(token.agent) : undefined
  const addresses = token?.kind === 'thread' ? (await weighing.threads.get(token.conversation)).addresses : []
  const belief = believe({
    dmarc: letter.dmarc,
    token: token?.kind,
    whose: whoseOf(letter, { writer, agent, addresses }),
    ours: oursOf(weighing, letter),
    automatic: letter.automatic !== undefined && (isOnlyAnAnswer(letter.automatic) || 'people'),
    returns: returnsOf(weighing, letter),
    code: codeIn(letter.text) !== undefined,
    place: found ? (found.verified ? 'proven' : 'unproven') : 'none',
  })
  if (token?.kind === 'agent' && belief.as !== 'agent')
    host.logger.warn({ agent: token.agent, dmarc: letter.dmarc }, 'an answer by mail is not believed to be the agent’s')
  return {
    ...(await settle(weighing, { letter, writer, token, agent, belief, found: found?.conversation.id })),
    belief,
  }
}

interface Settling {
  letter: Letter
  writer: Person
  token: Token | undefined
  agent: Agent | undefined
  belief: Belief
  /** The conversation of the writer's address. */
  found: string | undefined
}

async function settle(
  { threads }: Weighing,
  { letter, writer, token, agent, belief, found }: Settling,
): Promise<Omit<Weighed, 'belief'>> {
  const { as, proves } = belief
  const home = belief.home === 'token' ? token?.conversation : found
  const conversation = home === undefined ? {} : { conversation: home }
  if (as === 'contact') {
    // Named, so that an address that was not proven before becomes so.
    const named = belief.home === 'token' || proves === 'address' ? conversation : {}
    const verified = proves === 'nothing' ? undefined : proves === 'code' ? ('code' as const) : ('dmarc' as const)
    return { writer, home, arrival: { from: fromOf(writer, verified), ...named } }
  }
  const { addresses } = home === undefined ? { addresses: [] } : await threads.get(home)
  const from = { address: addresses.at(-1) ?? writer.address }
  const author = as === 'agent' ? agentOf(token, agent) : strangerOf(writer, belief, letter)
  return { writer, home, arrival: { from, ...conversation, author } }
}

function fromOf({ address, name }: Person, verified: 'dmarc' | 'code' | undefined): Arrival['from'] {
  return { address, ...(verified && { verified }), ...(name !== '' && { profile: { name: name.slice(0, 128) } }) }
}

function agentOf(token: Token | undefined, agent: Agent | undefined): Participant {
  const id = token?.kind === 'agent' ? token.agent : ''
  return { kind: 'agent', id, ...(agent?.name !== undefined && { name: agent.name }) }
}

/** Under the address alone: a name is whatever its writer wants it to be. */
function strangerOf({ address }: Person, { home }: Belief, { dmarc }: Letter): Participant {
  return outsider(address, home === 'token' && dmarc === 'pass' ? {} : { unproven: true })
}

/** A form of our own site writes from our address and names the visitor as the one to answer. */
function writerOf({ own }: Weighing, letter: Letter): Person {
  const writer = isForm(own, letter) && letter.dmarc !== 'fail' ? letter.replyTo : letter.from
  if (!writer) throw new HutongError('invalid', 'the mail names no sender', { field: 'from' })
  return writer
}

function isForm(own: readonly string[], { own: ours, replyTo }: Letter): boolean {
  return ours && replyTo !== undefined && !own.includes(replyTo.address.replace(/\+[^@]*@/, '@'))
}

function oursOf({ own, tokens }: Weighing, letter: Letter): Evidence['ours'] {
  if (!letter.own) return undefined
  if (tokens.read(letter.id) !== undefined) return 'copy'
  return isForm(own, letter) ? 'form' : undefined
}

interface Known {
  writer: Person
  agent: Agent | undefined
  addresses: readonly string[]
}

function whoseOf(letter: Letter, { writer, agent, addresses }: Known): Evidence['whose'] {
  if (letter.own) return 'ours'
  if (agent?.address.toLowerCase() === writer.address) return 'agent'
  return addresses.includes(writer.address) ? 'member' : 'other'
}

function returnsOf({ tokens }: Weighing, { bounce }: Letter): Evidence['returns'] {
  if (bounce?.messageId === undefined || tokens.read(bounce.messageId) === undefined) return undefined
  if (bounce.form === 'machine') return 'machine'
  return bounce.form === 'returned' ? 'words' : undefined
}
