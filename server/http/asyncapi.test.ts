import { Parser } from '@asyncapi/parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStand, type Stand } from '../test-stand.ts'
import { describeWires } from './asyncapi.ts'
import { BACKEND_PUSHES, BACKEND_REQUESTS, VISITOR_PUSHES, VISITOR_REQUESTS } from './wire-schemas.ts'

let stand: Stand
let served: unknown
beforeAll(async () => {
  stand = await openStand()
  served = (await stand.ask('/v1/asyncapi.json')).body
})
afterAll(() => stand.close())

/** What the public parser has to say against a document. */
async function complaints(document: unknown): Promise<unknown[]> {
  const { diagnostics } = await new Parser().parse(JSON.stringify(document))
  const known = ['asyncapi-latest-version']
  return diagnostics
    .filter(({ severity, code }) => severity <= 1 || !known.includes(String(code)))
    .map(({ code, path, message }) => `${code} at ${path.join('.')}: ${message}`)
}

describe('the description of the wires', { timeout: 60_000 }, () => {
  it('is a valid AsyncAPI 3 document', async () => {
    expect(await complaints(served)).toEqual([])
  })

  it('would not be valid with a reply that leads nowhere, or with a schema that is none', async () => {
    const text = JSON.stringify(served)
    expect(
      await complaints(JSON.parse(text.replace('visitor/messages/sendAnswer', 'visitor/messages/none'))),
    ).not.toEqual([])
    expect(await complaints(JSON.parse(text.replace('"maxItems":10', '"maxItems":"ten"')))).not.toEqual([])
  })

  it('names every packet of both sides on both namespaces', async () => {
    const { document } = await new Parser().parse(JSON.stringify(served))
    const names = (id: string, by: 'isSend' | 'isReceive') =>
      document
        ?.operations()
        .all()
        .filter((one) => one.channels().get(id) && one[by]())
        .flatMap((one) => one.messages().all())
        .map((one) => one.name())
        .sort()
    expect(names('visitor', 'isReceive')).toEqual(['connect', ...Object.keys(VISITOR_REQUESTS)].sort())
    expect(names('visitor', 'isSend')).toEqual(Object.keys(VISITOR_PUSHES).sort())
    expect(names('backend', 'isReceive')).toEqual(['connect', ...Object.keys(BACKEND_REQUESTS)].sort())
    expect(names('backend', 'isSend')).toEqual(Object.keys(BACKEND_PUSHES).sort())
    expect(names('webhook', 'isSend')).toEqual(['event'])
  })

  it('leads to the relay where its address is known', () => {
    const servers = (host: string, protocol: string) => ({ servers: { relay: { host, protocol } } })
    expect(describeWires('https://relay.shop.example')).toMatchObject(servers('relay.shop.example', 'wss'))
    expect(describeWires('http://127.0.0.1:8787')).toMatchObject(servers('127.0.0.1:8787', 'ws'))
  })
})
