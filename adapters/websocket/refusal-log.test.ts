import type { Logger } from '@hutong/core/adapter'
import { describe, expect, it } from 'vitest'
import { createRefusalLog } from './refusal-log.ts'
import { openBench } from './test-bench.ts'

function listen() {
  const lines: { fields: object; message: string }[] = []
  const warn = (fields: object, message: string) => lines.push({ fields, message })
  const logger: Logger = { debug() {}, info() {}, warn, error() {} }
  return { lines, logger }
}

describe('whoever is turned away at the door', () => {
  it('leaves a line with the list that the page is missing from', async () => {
    const { lines, logger } = listen()
    const bench = await openBench({ server: { logger } })
    const knock = (site: string, origin: string) =>
      fetch(`${bench.url}/socket.io/?EIO=4&transport=polling&site=${site}`, { headers: { origin } })
    expect((await knock('shop', 'https://other.example')).status).toBe(403)
    await knock('shop', 'https://other.example')
    await knock('shpo', 'https://other.example')
    await bench.close()
    expect(lines).toEqual([
      {
        message: 'refused a connection',
        fields: {
          site: 'shop',
          origin: 'https://other.example',
          remedy: 'if the page is yours, add "https://other.example" to the "origins" of site "shop"',
        },
      },
      {
        message: 'refused a connection',
        fields: {
          site: 'shpo',
          origin: 'https://other.example',
          remedy: 'there is no site "shpo"; correct the page\'s data-site, or add the site to "sites"',
        },
      },
    ])
  })

  it('is told of again after a minute', () => {
    const { lines, logger } = listen()
    let now = 0
    const refused = createRefusalLog(logger, () => now)
    for (const at of [0, 59_999, 60_000]) {
      now = at
      refused({ site: 'shop', origin: 'https://other.example', known: true })
    }
    expect(lines).toHaveLength(2)
  })

  it('cannot fill the log with names that are ever new', () => {
    const { lines, logger } = listen()
    const refused = createRefusalLog(logger, () => 0)
    for (let n = 0; n < 5_000; n += 1) refused({ site: `s${n}`, origin: 'x'.repeat(10_000), known: false })
    expect(lines).toHaveLength(200)
    expect(JSON.stringify(lines).length).toBeLessThan(200 * 1_000)
  })
})
