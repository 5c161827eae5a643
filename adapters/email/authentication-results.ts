import { domainToASCII } from 'node:url'
import { type Header, type Headers, header } from './mail.ts'
import { peopleIn } from './people.ts'

/**
 * `fail` is also a pass of another author, or of one among several; `unknown` when no server that is named says anything, or it does
 * not say of whom.
 */
export type Dmarc = 'pass' | 'fail' | 'unknown'

/**
 * DMARC by the topmost `Authentication-Results` (RFC 8601) of a server that is named, for the one author that a person sees. What
 * the sender wrote into these headers stands further down, below a `Received` of somebody else.
 */
export function dmarcOf(headers: Headers, authservIds: readonly string[]): Dmarc {
  const own = headers.slice(0, ending(headers, authservIds))
  const read = own.map((one) => (one.name === 'authentication-results' ? resultsOf(one.value) : undefined))
  const trusted = (one: Results | undefined) => one !== undefined && authservIds.includes(one.server)
  const first = read.findIndex(trusted)
  if (first === -1) return 'unknown'
  const after = read.findIndex((one, at) => at > first && !trusted(one))
  const found = read.slice(first, after === -1 ? undefined : after).flatMap((one) => one?.dmarc ?? [])
  if (found.length === 0) return 'unknown'
  const author = domainOfAuthor(headers)
  const aligned = ({ of }: Verdict) => author !== undefined && of !== undefined && within(author, plain(of))
  if (found.every((one) => one.result === 'pass')) {
    if (found.every(aligned)) return 'pass'
    return author !== undefined && found.some(({ of }) => of === undefined) ? 'unknown' : 'fail'
  }
  return found.some(({ result }) => result === 'fail' || result === 'pass') ? 'fail' : 'unknown'
}

/** Where the headers begin that servers of others may have written. */
function ending(headers: Headers, authservIds: readonly string[]): number {
  const homes = authservIds.map((id) => (id.split('.').length > 2 ? id.slice(id.indexOf('.') + 1) : id))
  const foreign = ({ name, value }: Header) => {
    if (name !== 'received') return false
    const [, by = ''] = /(?:^|\s)by\s+([^\s;()]{1,255})/i.exec(value) ?? []
    const host = by.toLowerCase()
    return isPublicName(host) && !homes.some((home) => within(host, home))
  }
  const at = headers.findIndex(foreign)
  return at === -1 ? headers.length : at
}

/** Servers name themselves by address or by one word only to their like. */
function isPublicName(host: string): boolean {
  return host.includes('.') && /[a-z]$/.test(host) && !/\.(?:internal|local|localdomain|lan|localhost)$/.test(host)
}

function within(domain: string, parent: string): boolean {
  return domain === parent || (parent.includes('.') && domain.endsWith(`.${parent}`))
}

function domainOfAuthor(headers: Headers): string | undefined {
  if (headers.filter(({ name }) => name === 'from').length !== 1) return undefined
  const [author, second] = peopleIn(header(headers, 'from'))
  return author && !second ? plain(author.address.slice(author.address.lastIndexOf('@') + 1)) : undefined
}

function plain(domain: string): string {
  return domainToASCII(domain) || domain.toLowerCase()
}

interface Verdict {
  result: string
  /** The domain it is about. */
  of: string | undefined
}

interface Results {
  server: string
  dmarc: Verdict[]
}

interface Token {
  text: string
  quoted: boolean
}

/** Undefined for what is not well-formed: nothing of it is believed. */
function resultsOf(value: string): Results | undefined {
  const [head, ...methods] = segmentsOf(value) ?? []
  const server = head?.[0]?.text.toLowerCase()
  if (server === undefined) return undefined
  return {
    server,
    dmarc: methods.flatMap((tokens) => {
      const result = tokens[0] && /^dmarc(?:\/\d+)?$/i.test(tokens[0].text) ? valueAt(tokens, 0) : undefined
      if (result === undefined || tokens[0]?.quoted) return []
      const from = tokens.findIndex(({ text, quoted }) => !quoted && text.toLowerCase() === 'header.from')
      return [{ result: result.toLowerCase(), of: from === -1 ? undefined : valueAt(tokens, from)?.toLowerCase() }]
    }),
  }
}

function valueAt(tokens: readonly Token[], at: number): string | undefined {
  const sign = tokens[at + 1]
  return sign && !sign.quoted && sign.text === '=' ? tokens[at + 2]?.text : undefined
}

/** Tokens between the semicolons, comments left out, in one pass; undefined when a quote or a comment has no end. */
function segmentsOf(value: string): Token[][] | undefined {
  const segments: Token[][] = [[]]
  const add = (token: Token) => segments.at(-1)?.push(token)
  for (let at = 0; at < value.length; ) {
    const sign = value.charAt(at)
    if (sign === '"' || sign === '(') {
      const end = sign === '"' ? endOfQuote(value, at) : endOfComment(value, at)
      if (end === undefined) return undefined
      if (sign === '"') add({ text: value.slice(at + 1, end).replace(/\\(.)/gs, '$1'), quoted: true })
      at = end + 1
    } else if (sign === ';') {
      segments.push([])
      at += 1
    } else if (sign === '=') {
      add({ text: sign, quoted: false })
      at += 1
    } else {
      BARE.lastIndex = at
      const [text = ''] = BARE.exec(value) ?? []
      if (text !== '') add({ text, quoted: false })
      at += Math.max(1, text.length)
    }
  }
  return segments
}

const BARE = /[^\s;="()]+/y

function endOfQuote(value: string, start: number): number | undefined {
  for (let at = start + 1; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1
    else if (value[at] === '"') return at
  }
  return undefined
}

function endOfComment(value: string, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1
    else if (value[at] === '(') depth += 1
    else if (value[at] === ')') {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return undefined
}
