import type { Dmarc } from './authentication-results.ts'
import type { Token } from './reply-token.ts'

/** What a mail brings before anything of it is believed. */
export interface Evidence {
  /** Of the one author in `From`. */
  dmarc: Dmarc
  /** What a token that we signed names. */
  token: Token['kind'] | undefined
  /**
   * Whose the author's address is: the mailbox's own, that of the agent whom the token names, one that is written to in the
   * conversation of the token, or anybody's.
   */
  whose: 'ours' | 'agent' | 'member' | 'other'
  /** `copy`: our own Message-ID on our own mail. `form`: our own address names somebody else to answer. */
  ours: 'copy' | 'form' | undefined
  /** Whether a robot wrote it, by its headers or its words; `people` are to read it nevertheless. */
  automatic: boolean | 'people'
  /** `machine`: a report for machines that returns a mail which we signed; `words`: one for people that does. */
  returns: 'machine' | 'words' | undefined
  /** Whether the first line is a code and nothing else. */
  code: boolean
  /** Whether the address has a conversation, and whether it was proven there. */
  place: 'none' | 'unproven' | 'proven'
}

/** What of it counts. */
export interface Belief {
  /** `token`: the conversation that it names. `own`: that of the address. `nowhere`: it says nothing to anybody. */
  home: 'token' | 'own' | 'nowhere'
  /** `named`: somebody who is not, or not proven to be, the contact: agents alone see it, under the address. */
  as: 'contact' | 'named' | 'agent'
  /** `code` counts once the relay has found that it is right; until then nothing else does. */
  proves: 'address' | 'code' | 'nothing'
  /** Whether it may set a delivery failed. */
  fails: boolean
  /** `true`: nobody is to answer it or to wait for it. `people`: no robot is. */
  automatic: boolean | 'people'
  /** Under what it is counted against loops, so that nobody uses up what is another's. */
  counts: 'proven' | 'thread' | 'unproven'
}

/** The whole of what is believed of a mail; in words it stands in docs/email.md. */
export function believe(evidence: Evidence): Belief {
  const { ours, whose, automatic, dmarc, returns } = evidence
  // What vouches for our own address says nothing of the visitor whom a form names.
  const seen: Evidence = whose === 'ours' ? { ...evidence, dmarc: 'unknown' } : evidence
  if (returns !== undefined) return { ...own(seen, true), fails: true, ...(returns === 'machine' && NOWHERE) }
  if (ours === 'copy') return { ...own(seen, true), ...NOWHERE }
  if (whose === 'ours') return own(seen, automatic || ((ours !== 'form' || dmarc === 'fail') && 'people'))
  const named = byToken(evidence)
  return named ? { ...NOTHING, automatic, ...named } : own(evidence, automatic)
}

const NOWHERE = { home: 'nowhere' } as const
const NOTHING = { as: 'contact', proves: 'nothing', fails: false } as const

type ByToken = Pick<Belief, 'home' | 'counts'> & Partial<Belief>

/** What a token adds; undefined where it adds nothing. */
function byToken({ token, whose, dmarc, automatic, code }: Evidence): ByToken | undefined {
  const home = 'token'
  if (token === 'agent') return whose === 'agent' && !automatic ? byAgent(dmarc) : undefined
  if (token === 'code') return code && !automatic ? { home, proves: 'code', counts: 'thread' } : undefined
  if (token === undefined) return undefined
  if (whose === 'member' && dmarc === 'pass') return { home, proves: 'address', counts: 'proven' }
  if (whose === 'member' && dmarc === 'unknown') return { home, counts: 'thread' }
  if (whose === 'member') return { home, as: 'named', counts: 'unproven' }
  return dmarc === 'pass' && !automatic ? { home, as: 'named', counts: 'proven' } : undefined
}

/** Where nothing proves that it was the agent, people see at least that she is said to have answered. */
function byAgent(dmarc: Dmarc): ByToken {
  if (dmarc === 'pass') return { home: 'token', as: 'agent', counts: 'proven' }
  return { home: 'token', as: 'named', automatic: 'people', counts: 'unproven' }
}

/** In the conversation of the address, as its contact unless somebody else has proven to be that, or this one is not. */
function own({ dmarc, place }: Evidence, automatic: Belief['automatic']): Belief {
  const proven = dmarc === 'pass'
  return {
    home: 'own',
    as: dmarc === 'fail' || (!proven && place === 'proven') ? 'named' : 'contact',
    proves: proven ? 'address' : 'nothing',
    fails: false,
    automatic,
    counts: proven ? 'proven' : 'unproven',
  }
}
