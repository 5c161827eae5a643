import { addressParser } from 'postal-mime'
import { type Headers, header } from './mail.ts'
import { words } from './mime.ts'

export interface Person {
  /** In lower case. */
  address: string
  name: string
}

/** Everybody a header names, groups unfolded; what is no address is left out. */
export function peopleIn(value: string): Person[] {
  if (value === '') return []
  return addressParser(value, { flatten: true }).flatMap(({ name, address }) =>
    address !== undefined && isAddress(address) ? [{ address: address.toLowerCase(), name: words(name).trim() }] : [],
  )
}

export function isAddress(text: string): boolean {
  return text.length <= 320 && /^[^\s@<>"(),;:]+@[^\s@<>"(),;:]+$/.test(text)
}

/** Who a mail is from, or undefined when it does not say. */
export function senderOf(headers: Headers): Person | undefined {
  return peopleIn(header(headers, 'from'))[0] ?? peopleIn(header(headers, 'sender'))[0]
}

/** Every address a mail was sent or delivered to. */
export function receiversOf(headers: Headers): string[] {
  const names = ['to', 'cc', 'delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-delivered-to']
  const found = headers.filter(({ name }) => names.includes(name)).flatMap(({ value }) => peopleIn(value))
  return [...new Set(found.map(({ address }) => address))]
}

/** Message ids without angle brackets, in the order they stand. */
export function idsIn(value: string): string[] {
  const bracketed = [...value.matchAll(/<([^<>\s]+)>/g)].map(([, id = '']) => id)
  return bracketed.length > 0 ? bracketed : value.split(/[\s,]+/).filter((one) => /^[^\s@]+@[^\s@]+$/.test(one))
}
