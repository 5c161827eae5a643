import { BlockList, isIP } from 'node:net'

/** What is looked at of Node's IncomingMessage. */
interface Incoming {
  headers: Readonly<Record<string, string | string[] | undefined>>
  socket: { remoteAddress?: string | undefined }
}

/**
 * The address a request comes from: the connection's own unless that is a trusted proxy; then the last address in
 * `X-Forwarded-For` that is none. What a client wrote there itself lies further left and is never reached.
 */
export function createClientAddress(trusted: readonly string[]): (request: Incoming) => string {
  const proxies = new BlockList()
  for (const network of trusted) {
    const [address = '', prefix] = network.split('/')
    if (prefix === undefined) proxies.addAddress(address, familyOf(address))
    else proxies.addSubnet(address, Number(prefix), familyOf(address))
  }

  return function clientAddress({ headers, socket }) {
    const chain = String(headers['x-forwarded-for'] ?? '').split(',')
    let address = unmapped(socket.remoteAddress ?? '')
    while (isIP(address) !== 0 && proxies.check(address, familyOf(address))) {
      const before = unmapped(chain.pop()?.trim() ?? '')
      if (isIP(before) === 0) break
      address = before
    }
    return address
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** A dual-stack socket shows IPv4 addresses as IPv6. */
function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
