import { describe, expect, test } from 'vitest'
import { type Belief, believe, type Evidence } from './trust.ts'

const STRANGER: Evidence = {
  dmarc: 'unknown',
  token: undefined,
  whose: 'other',
  ours: undefined,
  automatic: false,
  returns: undefined,
  code: false,
  place: 'none',
}

const cases: readonly [string, Partial<Evidence>, Partial<Belief>][] = [
  [
    'a first mail that nobody vouches for begins a conversation and proves nothing',
    {},
    { home: 'own', as: 'contact', proves: 'nothing', counts: 'unproven' },
  ],
  [
    'a mail with DMARC proves its address',
    { dmarc: 'pass' },
    { home: 'own', as: 'contact', proves: 'address', counts: 'proven' },
  ],
  [
    "a mail from a proven address that is not proven itself is somebody's",
    { place: 'proven', dmarc: 'fail' },
    { home: 'own', as: 'named', proves: 'nothing', counts: 'unproven' },
  ],
  [
    'forged mail is marked also where its address is not proven',
    { place: 'unproven', dmarc: 'fail' },
    { home: 'own', as: 'named', proves: 'nothing', counts: 'unproven' },
  ],
  ['forged mail that begins a conversation is marked, too', { dmarc: 'fail' }, { home: 'own', as: 'named' }],
  ['the same where the mail server says nothing', { place: 'proven' }, { as: 'named', proves: 'nothing' }],
  [
    'a customer who answers from a known address goes on',
    { token: 'thread', whose: 'member', place: 'proven' },
    { home: 'token', as: 'contact', proves: 'nothing', counts: 'thread' },
  ],
  [
    'and proves it by DMARC',
    { token: 'thread', whose: 'member', dmarc: 'pass' },
    { home: 'token', as: 'contact', proves: 'address' },
  ],
  [
    "a token under a forged address is somebody's",
    { token: 'thread', whose: 'member', dmarc: 'fail' },
    { home: 'token', as: 'named', counts: 'unproven' },
  ],
  [
    'whoever was forwarded a mail is named, not believed to be the customer',
    { token: 'thread', dmarc: 'pass' },
    { home: 'token', as: 'named', proves: 'nothing' },
  ],
  [
    'a robot to which a mail was forwarded stays outside',
    { token: 'thread', dmarc: 'pass', automatic: true },
    { home: 'own', automatic: true },
  ],
  [
    'whoever was forwarded a mail and proves nothing stays outside',
    { token: 'thread' },
    { home: 'own', as: 'contact' },
  ],
  [
    "a customer's absence notice is kept in her conversation",
    { token: 'thread', whose: 'member', automatic: true },
    { home: 'token', as: 'contact', automatic: true },
  ],
  [
    'an agent answers with DMARC',
    { token: 'agent', whose: 'agent', dmarc: 'pass' },
    { home: 'token', as: 'agent', automatic: false },
  ],
  [
    'an agent for whom nobody vouches is not believed, and colleagues see what she is said to have answered',
    { token: 'agent', whose: 'agent' },
    { home: 'token', as: 'named', automatic: 'people', counts: 'unproven' },
  ],
  ["an agent's token is worth nothing to others", { token: 'agent', dmarc: 'pass' }, { home: 'own', as: 'contact' }],
  [
    "an agent's absence notice is not her answer",
    { token: 'agent', whose: 'agent', dmarc: 'pass', automatic: true },
    { home: 'own', as: 'contact', automatic: true },
  ],
  ['a code that comes back proves by itself alone', { token: 'code', code: true }, { home: 'token', proves: 'code' }],
  [
    'an answer to a code without the code is no word of that conversation',
    { token: 'code', dmarc: 'pass' },
    { home: 'own' },
  ],
  [
    'a robot that quotes a code proves nothing',
    { token: 'code', code: true, automatic: true },
    { home: 'own', automatic: true },
  ],
  ['a code without its token is only words', { code: true }, { home: 'own', proves: 'nothing' }],
  [
    'a report that returns what we signed marks the delivery',
    { returns: 'machine', automatic: true },
    { home: 'nowhere', fails: true },
  ],
  [
    'a report for people that returns it is kept too',
    { returns: 'words', automatic: true },
    { home: 'own', fails: true, automatic: true },
  ],
  [
    'a report that returns nothing of ours is only kept',
    { automatic: true },
    { home: 'own', fails: false, automatic: true },
  ],
  ['our own mail that comes back is nothing', { ours: 'copy', whose: 'ours' }, { home: 'nowhere', fails: false }],
  [
    'a form of the site brings a visitor and proves nothing, whatever vouches for the form',
    { ours: 'form', whose: 'ours', dmarc: 'pass' },
    { home: 'own', as: 'contact', proves: 'nothing', automatic: false },
  ],
  [
    'nor does it speak for an address that is proven',
    { ours: 'form', whose: 'ours', dmarc: 'pass', place: 'proven' },
    { as: 'named' },
  ],
  [
    'a form with a token is not let into its conversation',
    { ours: 'form', whose: 'ours', token: 'thread', dmarc: 'pass' },
    { home: 'own' },
  ],
  [
    'a form that may be forged waits for a person',
    { ours: 'form', whose: 'ours', dmarc: 'fail' },
    { home: 'own', automatic: 'people' },
  ],
  [
    'so does a form that names nobody to answer',
    { whose: 'ours', dmarc: 'pass' },
    { home: 'own', as: 'contact', proves: 'nothing', automatic: 'people' },
  ],
  [
    'what came by a list waits for a person',
    { automatic: 'people', dmarc: 'pass' },
    { home: 'own', as: 'contact', proves: 'address', automatic: 'people' },
  ],
]

describe('who is believed, for what', () => {
  test.each(cases)('%s', (_, evidence, expected) => {
    expect(believe({ ...STRANGER, ...evidence })).toMatchObject(expected)
  })
})

describe('whatever a mail brings', () => {
  const all: Evidence[] = (['pass', 'fail', 'unknown'] as const).flatMap((dmarc) =>
    ([undefined, 'thread', 'agent', 'code'] as const).flatMap((token) =>
      (['ours', 'agent', 'member', 'other'] as const).flatMap((whose) =>
        ([undefined, 'copy', 'form'] as const).flatMap((ours) =>
          ([undefined, 'machine', 'words'] as const).flatMap((returns) =>
            (['none', 'unproven', 'proven'] as const).flatMap((place) =>
              ([true, 'people', false] as const).flatMap((automatic) =>
                [true, false].map((code) => ({ dmarc, token, whose, ours, returns, place, automatic, code })),
              ),
            ),
          ),
        ),
      ),
    ),
  )
  const where = (holds: (belief: Belief, evidence: Evidence) => boolean) =>
    all.filter((evidence) => holds(believe(evidence), evidence))

  test('an address is proven by DMARC alone, and a form proves none', () => {
    expect(
      where(({ proves }, { dmarc, whose }) => proves === 'address' && (dmarc !== 'pass' || whose === 'ours')),
    ).toEqual([])
  })

  test('a delivery fails only by a report that returns what we signed', () => {
    expect(where(({ fails }, { returns }) => fails !== (returns !== undefined))).toEqual([])
  })

  test("what a robot wrote is never answered, and is no agent's word", () => {
    expect(where((belief, { automatic }) => automatic && (!belief.automatic || belief.as === 'agent'))).toEqual([])
  })

  test('nobody enters a conversation by its token unnoticed but its own contact', () => {
    const unnoticed = where(
      ({ home, as, proves }, { whose }) =>
        home === 'token' && as === 'contact' && whose !== 'member' && proves !== 'code',
    )
    expect(unnoticed).toEqual([])
  })

  test('what proves nothing uses up nothing of what is proven', () => {
    expect(where(({ counts }, { dmarc }) => counts === 'proven' && dmarc !== 'pass')).toEqual([])
  })
})
