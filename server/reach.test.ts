import type { Identity } from '@hutong/core/conversation'
import { describe, expect, it } from 'vitest'
import { reach, sending, type Whereabouts, whetherToSend } from './reach.ts'

const CHANNELS = new Map([
  ['web', { readsLog: true, initiate: false, gatherMs: 0 }],
  ['mail', { readsLog: false, initiate: true, gatherMs: 20_000 }],
  ['sms', { readsLog: false, initiate: true, gatherMs: 0 }],
  ['wechat', { readsLog: false, initiate: false, gatherMs: 0 }],
])
const web: Identity = { channel: 'web', address: 'token', verified: 'token', at: 1 }
const mail: Identity = { channel: 'mail', address: 'ada@example.org', verified: 'dmarc', at: 2 }
const claimed: Identity = { channel: 'mail', address: 'eve@example.org', at: 3 }
const sms: Identity = { channel: 'sms', address: '+49', verified: 'code', at: 4 }
const wechat: Identity = { channel: 'wechat', address: 'openid', verified: 'scene', at: 5 }
const SHUT = new Map([['wechat\nopenid', { open: false, code: 'window_closed', reason: '48 hours' } as const]])
const visitor: Whereabouts = { identities: [web], createdAt: 1, last: 'web', connected: [], standings: new Map() }

const cases: readonly [string, Partial<Whereabouts>, string[]][] = [
  ['a visitor who is there reads the answer in the widget', { connected: ['web'] }, ['web connected']],
  ['a visitor who left finds the answer in the widget', {}, ['web last']],
  [
    'a visitor who left and has a proven address gets a mail after the widget',
    { identities: [web, mail] },
    ['web last', 'mail verified'],
  ],
  ['an address nobody has proven is never used', { identities: [web, claimed] }, ['web last']],
  ['who wrote by mail last is answered by mail', { identities: [web, mail], last: 'mail' }, ['mail last']],
  [
    'who wrote by mail last and is in the widget now reads it there first',
    { identities: [web, mail], last: 'mail', connected: ['web'] },
    ['web connected', 'mail last'],
  ],
  [
    'who wrote from a phone last is answered there first, though the widget is still open somewhere',
    { identities: [web, wechat], last: 'wechat', connected: ['web'] },
    ['wechat last', 'web connected'],
  ],
  [
    'who wrote from a phone last and cannot be answered there any more reads it in the widget',
    { identities: [web, wechat], last: 'wechat', connected: ['web'], standings: SHUT },
    ['web connected'],
  ],
  [
    'who began by mail is answered there, proven or not',
    { identities: [{ ...claimed, at: 1 }], last: 'mail' },
    ['mail last'],
  ],
  [
    'a later unproven address is not used even where the last message came from',
    { identities: [mail, { ...claimed, at: 9 }], createdAt: 2, last: 'mail' },
    ['mail last'],
  ],
  [
    'of several other addresses the one proven last comes first',
    { identities: [web, mail, sms] },
    ['web last', 'sms verified', 'mail verified'],
  ],
  ['a platform that lets us only answer is not written to first', { identities: [web, wechat] }, ['web last']],
  ['such a platform is answered', { identities: [web, wechat], last: 'wechat' }, ['wechat last']],
  [
    'where such a platform holds its reply window open, it can be written to after the widget',
    { identities: [web, wechat], standings: new Map([['wechat\nopenid', { open: true, left: 3, until: 9 }]]) },
    ['web last', 'wechat verified'],
  ],
  [
    'where its reply window is over, the answer goes elsewhere',
    {
      identities: [web, mail, wechat],
      last: 'wechat',
      standings: SHUT,
    },
    ['mail verified'],
  ],
  [
    'a channel that is not configured any more is no way',
    { identities: [web, { ...mail, channel: 'telegram' }] },
    ['web last'],
  ],
]

describe('where an answer goes', () => {
  it.each(cases)('%s', (_, facts, expected) => {
    const { open } = reach({ ...visitor, ...facts }, CHANNELS)
    expect(open.map(({ channel, why }) => `${channel} ${why}`)).toEqual(expected)
  })
  it('is the one address of several on a channel that the contact wrote from last', () => {
    const work: Identity = { ...mail, address: 'work@example.org', at: 5 }
    const addresses = (identities: Identity[]) =>
      reach({ ...visitor, identities, last: 'mail' }, CHANNELS).open.map(({ address }) => address)
    expect(addresses([mail, work])[0]).toBe(work.address)
    expect(addresses([{ ...mail, usedAt: 9 }, work])[0]).toBe(mail.address)
  })
  it('stays at the address that this conversation is held with, whatever the same person writes from elsewhere', () => {
    const other: Identity = { ...mail, address: 'other@example.org', at: 5, usedAt: 9 }
    const ways = (facts: Partial<Whereabouts>) =>
      reach({ ...visitor, last: 'mail', merged: [other], ...facts }, CHANNELS).open.map(
        (one) => `${one.address} ${one.why}`,
      )
    expect(ways({ identities: [mail] })).toEqual([`${mail.address} last`, `${other.address} verified`])
    expect(ways({ identities: [web] })).toEqual([`${other.address} last`])
  })
  it('says which ways their platforms close, and why', () => {
    const standings = new Map([['wechat\nopenid', { open: false, code: 'quota', reason: 'five of five' } as const]])
    const { open, closed } = reach({ ...visitor, identities: [web, wechat, mail], standings }, CHANNELS)
    expect(open.map(({ channel }) => channel)).toEqual(['web', 'mail'])
    expect(closed).toMatchObject([{ channel: 'wechat', why: 'verified', code: 'quota', reason: 'five of five' }])
  })
})

describe('what is sent', () => {
  const times = { afterMs: 30, unreadMs: 600 }
  const ways = (facts: Partial<Whereabouts>) => sending(reach({ ...visitor, ...facts }, CHANNELS), times)

  it.each([
    ['nothing when the widget is the only way', {}, undefined],
    ['a mail once the widget had its time', { identities: [web, mail] }, { channel: 'mail', wait: 30 }],
    [
      'tried on a closed way when no other is left, so that the log says why',
      { identities: [wechat], createdAt: 5, last: 'wechat', standings: SHUT },
      { channel: 'wechat', wait: 0 },
    ],
    ['a mail at once to who writes mails', { identities: [web, mail], last: 'mail' }, { channel: 'mail', wait: 0 }],
  ] as const)('is %s', (_, facts, expected) => {
    const sent = ways(facts as Partial<Whereabouts>)
    expect(sent && { channel: sent.way.channel, wait: sent.wait }).toEqual(expected)
  })

  const message = { at: 1_000, seq: 7, read: 6 }
  it.each([
    ['skips what was read', { ...message, read: 7 }, 1_000, 'skip'],
    ['sends to a contact who was not seen', message, 1_000, 'send'],
    [
      'holds back while the contact is connected',
      { ...message, seen: { online: true, since: 0 } },
      1_100,
      { until: 1_130 },
    ],
    ['does not wait for ever for a forgotten tab', { ...message, seen: { online: true, since: 0 } }, 1_600, 'send'],
    [
      'waits a little after the contact left',
      { ...message, seen: { online: false, since: 1_080 } },
      1_100,
      { until: 1_110 },
    ],
    ['sends once the contact is gone', { ...message, seen: { online: false, since: 1_070 } }, 1_100, 'send'],
  ] as const)('%s', (_, waiting, now, expected) => {
    expect(whetherToSend(waiting, times, now)).toEqual(expected)
  })
})
