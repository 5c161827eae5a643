import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The pages and pictures of the shop, by path. Nothing else is served, so no path can lead out of the folder. */
const FILES: Readonly<Record<string, { file: string; type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/zh/': { file: 'zh/index.html', type: 'text/html; charset=utf-8' },
  '/shop.css': { file: 'shop.css', type: 'text/css; charset=utf-8' },
  ...Object.fromEntries(
    ['leaf', 'green', 'oolong', 'black'].map((name) => [
      `/${name}.svg`,
      { file: `${name}.svg`, type: 'image/svg+xml' },
    ]),
  ),
}

export interface ShopOptions {
  port: number
  site: string
  /** The relay's origin as the browser reaches it; asked at every request, since the relay starts after the shop. */
  relay(): string
}

/** A shop on an origin of its own, under the strictest policy a page can have, with Hutong's script tag in its head. */
export async function serveShop({ port, site, relay }: ShopOptions): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const found = FILES[new URL(request.url ?? '/', 'http://shop').pathname]
    if (!found) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
      return
    }
    const content = await readFile(new URL(`./shop/${found.file}`, import.meta.url))
    response.writeHead(200, {
      'content-type': found.type,
      'content-security-policy': policy(relay()),
      'cache-control': 'no-store',
    })
    response.end(
      found.type.startsWith('text/html')
        ? content.toString('utf8').replaceAll('{{relay}}', relay()).replaceAll('{{site}}', site)
        : content,
    )
  })
  await listen(server, port)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) }
}

function policy(relay: string): string {
  return [
    "default-src 'none'",
    `script-src ${relay}`,
    "style-src 'self'",
    `img-src 'self' data: blob: ${relay}`,
    `media-src ${relay}`,
    `connect-src ${relay} ${relay.replace(/^http/, 'ws')}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(refusal(cause, port)))
    server.listen(port, '127.0.0.1', resolve)
  })
}

function refusal(cause: NodeJS.ErrnoException, port: number): Error {
  const why =
    cause.code === 'EADDRINUSE'
      ? `is used by another program; stop it, or give the shop another with --shop-port`
      : `cannot be used (${cause.code}); give the shop another with --shop-port`
  return new Error(`the shop's port ${port} ${why}`, { cause })
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())))
}
