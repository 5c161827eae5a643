import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DISABLED } from '../backends/webhook/disabled.ts'
import { type Asking, TOKENS } from '../test-stand.ts'
import type { Operation } from './operation.ts'
import { openReadyStand, type ReadyStand } from './test-valid-requests.ts'

/**
 * Every operation of the document, asked so that it answers and so that it refuses. The stand rejects an answer with a status, field
 * or header that the document does not describe.
 */
type Request = [path: string, asking: Asking]

const LONG = 'x'.repeat(65)
/** Of the default settings. */
const BODY_MAX = 256 * 1024
const NOTHING = 'site=nothing&conversation=nothing&name=a.csv'
const WRONG = `limit=0&wait=x&e=${LONG}&name=&channel=${LONG}&conversation=${LONG}`

let house: ReadyStand
let anna: Record<string, string>
let file: string
let paths: Record<string, Record<string, { responses: object }>>
const seen = new Set<string>()
beforeAll(async () => {
  house = await openReadyStand()
  anna = await session()
  paths = (await house.stand.ask('/v1/openapi.json')).body.paths as typeof paths
  const [path, asking] = valid(named('uploadFile'))
  file = String((await house.stand.ask(path, { ...asking, token: TOKENS.shop })).body.url)
  await answers()
  for (const status of Object.keys(WAYS)) await refusals(Number(status))
}, 60_000)
afterAll(() => house.stand.close())

async function session(): Promise<Record<string, string>> {
  return { cookie: await house.stand.signIn(), origin: house.stand.url }
}

function named(id: string): Operation {
  return house.stand.operations.find((one) => one.id === id) ?? expect.fail(`there is no ${id}`)
}

/** The request that answers, with whom it is open to. */
function valid(one: Operation): Request {
  if (one.id === 'getFile') return [file, {}]
  const [path, asking] = house.valid(one)
  // Only who has the floor invites, and agents; what is not published is for administrators.
  if (one.id === 'invite') return [path, { ...asking, headers: anna }]
  if (one.access === 'public') return [path, asking]
  return [path, { ...asking, token: one.access === 'admin' || one.id === 'getArticle' ? TOKENS.boss : TOKENS.shop }]
}

async function ask({ id }: Operation, [path, asking]: Request): Promise<number> {
  const { status } = await house.stand.ask(path, asking)
  seen.add(`${id} ${status}`)
  return status
}

async function answers(): Promise<void> {
  for (const one of house.stand.operations) {
    const [path, asking] = valid(one)
    await ask(one, [path, one.id === 'signOut' ? { method: 'DELETE', headers: await session() } : asking])
  }
  const got = named('getFile')
  await ask(got, [file, { headers: { range: 'bytes=0-1' } }])
  await ask(got, [file, { headers: { range: 'bytes=99-' } }])
  const { headers } = await house.stand.ask(file)
  await ask(got, [file, { headers: { 'if-none-match': headers.get('etag') ?? '' } }])
}

const filled = ({ path }: Operation, word: string) => path.replace('{seq}', '1').replaceAll(/\{\w+\}/g, word)

/** What is wrong with a request that is refused with this status. */
const WAYS: Readonly<Record<number, (one: Operation) => Request | Promise<Request>>> = {
  400: (one) => {
    const [, asking] = valid(one)
    return [`${filled(one, LONG)}?${WRONG}`, { ...asking, ...(asking.json !== undefined && { json: { key: 7 } }) }]
  },
  401: (one) => {
    const [path, asking] = valid(one)
    const wrong = { ...asking, token: 'made up', headers: {} }
    return [path, one.id === 'signIn' ? { ...wrong, json: { email: 'anna@shop.example', password: 'wrong' } } : wrong]
  },
  403: (one) => {
    const [path, { token, ...asking }] = valid(one)
    if (one.id === 'getFile') return ['/files/f_made_up?e=1&s=2', asking]
    if (one.access === 'admin') return [path, { ...asking, token: TOKENS.shop }]
    return [path, { ...asking, headers: { ...anna, origin: 'https://elsewhere.example' } }]
  },
  404: (one) => {
    const [, asking] = valid(one)
    if (one.id === 'getFile') return [house.stand.files.url({ id: 'f_made_up' }), asking]
    return [`${filled(one, 'nothing')}?${NOTHING}`, asking]
  },
  409: async (one) => {
    const [path, asking] = valid(one)
    const late = { key: 'late', term: 99, channel: 'letters', actions: [{ kind: 'reply', parts: [text('late')] }] }
    if (one.id === 'replayBackend') await house.stand.store.set('backend:shop', DISABLED, { since: 1, why: 'gone' })
    if (one.id === 'mergeContact') await house.stand.ask(path, asking)
    if (one.id === 'putArticle') return [`${path}?expect=99`, asking]
    if (one.id === 'setArticleState') return [path, { ...asking, json: { state: 'draft' } }]
    return [path, ['act', 'invite'].includes(one.id) ? { ...asking, token: TOKENS.shop, json: late } : asking]
  },
  413: (one) => {
    const [path, { json, ...asking }] = valid(one)
    const bytes = json === undefined ? 100_001 : BODY_MAX + 1
    return [path, { ...asking, body: 'x'.repeat(bytes) }]
  },
  415: (one) => {
    const [path, asking] = valid(one)
    return [
      path,
      { ...asking, body: new Uint8Array([0x50, 0x4b, 3, 4, 20, 0]), headers: { 'content-type': 'application/zip' } },
    ]
  },
}

/** Refusals that another test looks at, with the reason why not this one. */
const ELSEWHERE = new Map([['importArticles 413', 'a body of megabytes is cut off while it is sent']])

const text = (words: string) => ({ kind: 'text', text: words })

async function refusals(status: number): Promise<void> {
  for (const one of house.stand.operations)
    if (told(one).includes(status) && !ELSEWHERE.has(`${one.id} ${status}`))
      await ask(one, (await WAYS[status]?.(one)) ?? expect.fail())
}

/** The statuses that the document tells of an operation. */
function told({ method, path }: Operation): number[] {
  return Object.keys(paths[path]?.[method]?.responses ?? {}).map(Number)
}

describe('every operation that the document tells of', () => {
  it('is answered here at least once', () => {
    const well = (one: Operation) => told(one).some((status) => status < 300 && seen.has(`${one.id} ${status}`))
    expect(house.stand.operations.filter((one) => !well(one)).map(({ id }) => id)).toEqual([])
    expect(house.stand.operations.length).toBeGreaterThan(40)
  })

  it('says when to come again to whoever asks too often, as the document promises', async () => {
    const signIn = named('signIn')
    const [path, asking] = valid(signIn)
    const tries = Array.from({ length: 20 }, () => house.stand.ask(path, asking))
    const throttled = (await Promise.all(tries)).find(({ status }) => status === 429)
    const seconds = Number(throttled?.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(throttled?.body.error?.retryAfter).toBeLessThanOrEqual(seconds * 1_000)
  })

  it('gives each answer and refusal it tells of, but those that a broken platform or store makes', () => {
    /** Made by a relay that is too busy, starting or broken, or by a platform. */
    const elsewhere = new Set([410, 422, 429, 500, 502, 503, 504])
    const never = house.stand.operations.flatMap((one) =>
      told(one)
        .filter((status) => !elsewhere.has(status) && !seen.has(`${one.id} ${status}`))
        .map((status) => `${one.id} ${status}`)
        .filter((one) => !ELSEWHERE.has(one)),
    )
    expect(never).toEqual([])
  })
})
