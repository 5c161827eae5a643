import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { openRelay, SITE } from '../test-relay.ts'

const DIST = join(import.meta.dirname, '../dist')
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The built script-tag files, precompressed, as a relay serves them. */
const serveDist: RequestListener = (request, response) => {
  readFile(join(DIST, `${new URL(request.url ?? '/', 'http://relay').pathname}.br`)).then(
    (content) => {
      const headers = {
        'content-type': 'text/javascript',
        'content-encoding': 'br',
        'access-control-allow-origin': '*',
      }
      response.writeHead(200, headers).end(content)
    },
    () => response.writeHead(404).end(),
  )
}

/** A shop under the strictest policy a page can have, the widget's script tag in its head, and a relay on another origin. */
export async function openShop() {
  let relayUrl = ''
  const http = createServer((_request, response) => {
    const policy = [
      "default-src 'none'",
      `script-src ${relayUrl}`,
      `connect-src ${relayUrl} ${relayUrl.replace('http', 'ws')}`,
      `img-src blob: data: ${relayUrl}`,
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; ')
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end(
      `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
       <script async src="${relayUrl}/hutong.js" data-site="${SITE}"></script><h1>Shop</h1><p>Tea.</p></html>`,
    )
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const relay = await openRelay({ origins: [url], files: serveDist })
  relayUrl = relay.url
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: FLAGS })
  return {
    url,
    relay,
    browser,
    async close() {
      await browser.close()
      await relay.close()
      http.closeAllConnections()
      http.close()
    },
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

/** A page of its own, slowed down, that keeps what it fetched and what went wrong. */
export async function openPage({ browser }: { browser: Browser }, slowdown = 1) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  const fetched: { url: string; bytes: number }[] = []
  const troubles: string[] = []
  const urls = new Map<string, string>()
  await cdp.send('Network.enable')
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  cdp.on('Network.responseReceived', ({ requestId, response }) => void urls.set(requestId, response.url))
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId)
    if (url?.endsWith('.js')) fetched.push({ url, bytes: encodedDataLength })
  })
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (line) => {
    if (line.type() === 'error') troubles.push(line.text())
  })
  await page.addInitScript(watchRendering)
  return { page, fetched, troubles, close: () => context.close() }
}

interface Rendering {
  shift: number
  longest: number
}

function watchRendering() {
  const seen: Rendering = { shift: 0, longest: 0 }
  Object.assign(window, { seen })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.shift += (entry as PerformanceEntry & { value: number }).value
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration)
  }).observe({ type: 'longtask', buffered: true })
}

export function renderingOf(page: Page): Promise<Rendering> {
  return page.evaluate(() => (window as unknown as { seen: Rendering }).seen)
}
