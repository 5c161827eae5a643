import { describe, expect, it } from 'vitest'
import { createClientAddress, networkOf } from './client-address.ts'

function seenBy(trusted: string[], remoteAddress: string, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return createClientAddress(trusted)({ headers, socket: { remoteAddress } })
}

describe('the address of a client', () => {
  it('is its own when no proxy is trusted, whatever it claims', () => {
    expect(seenBy([], '::ffff:203.0.113.5', '10.0.0.1')).toBe('203.0.113.5')
  })

  it('is the last one that trusted proxies saw, not the one the client wrote', () => {
    const forwarded = '1.2.3.4, 203.0.113.5, 10.0.0.2'
    expect(seenBy(['10.0.0.0/8', '::1'], '::1', forwarded)).toBe('203.0.113.5')
    expect(seenBy(['10.0.0.0/8'], '198.51.100.7', forwarded)).toBe('198.51.100.7')
    expect(seenBy(['10.0.0.0/8'], '10.0.0.9', 'nonsense')).toBe('10.0.0.9')
  })
})

describe('the network of an address', () => {
  it('is the same for all IPv6 addresses of one customer, however they are written', () => {
    for (const address of ['2001:db8:0:2::1', '2001:DB8::2:ffff:0:0:9', '2001:0db8:0000:0002:1:2:3:4'])
      expect(networkOf(address)).toBe('2001:db8:0:2')
    expect(networkOf('2001:db8:0:3::1')).not.toBe('2001:db8:0:2')
    expect([networkOf('::1'), networkOf('203.0.113.5'), networkOf('')]).toEqual(['0:0:0:0', '203.0.113.5', ''])
  })
})
