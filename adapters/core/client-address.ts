import { BlockList, isIP, isIPv6 } from 'node:net'

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

/** What limits are counted for: an IPv4 address, or the /64 of an IPv6 address, all of which one customer of a provider has. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const left = groupsOf(head)
  const right = groupsOf(tail ?? '')
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}

/** The groups of a part of an IPv6 address, each written in one way only. */
function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16).toString(16))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** A dual-stack socket shows IPv4 addresses as IPv6. */
function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
