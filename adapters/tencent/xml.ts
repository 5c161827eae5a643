import { HutongError } from '@hutong/core/errors'
import type { Payload, PayloadValue } from './payload.ts'

const LARGEST = 1024 * 1024
const MOST_ELEMENTS = 5_000
const DEEPEST = 16

/** All that these platforms' XML is made of: CDATA, tags without attributes, text. */
const TOKEN =
  /<!\[CDATA\[(?<cdata>[\s\S]*?)\]\]>|<(?<slash>\/?)(?<name>[A-Za-z_][\w.-]*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y
const PROLOGUE = /^\uFEFF?\s*(?:<\?xml [^<>?]{0,100}\?>)?\s*/
const NAME = /^[A-Za-z_][\w.-]*$/
const UNSAFE = ['__proto__', 'constructor', 'prototype']
const REFERENCE = /&(?:(amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)?/g
const REFERENCES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
/** Everything but what XML 1.0 lets a document hold. */
const UNPRINTABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

interface Element {
  readonly name: string
  readonly children: Map<string, PayloadValue[]>
  text: string
  cdata: boolean
}

/**
 * What stands below the root element. Every value is text, so that "0012" stays "0012"; an element that is repeated is a list.
 * Throws `invalid` for anything but plain elements, text and CDATA (a DOCTYPE, entities of its own, comments, attributes), for
 * elements that are not closed, and for more than 1 MiB, 16 levels or 5,000 elements.
 */
export function parseXml(text: string): Payload {
  if (text.length > LARGEST) throw invalid('is larger than 1 MiB')
  const xml = text.replace(PROLOGUE, '').trimEnd()
  const top = opened('')
  const open = [top]
  let count = 0
  for (const { cdata, text: bare, name, slash, empty } of tokens(xml)) {
    const inner = open.at(-1) ?? top
    if (name === undefined) write(inner, cdata, bare)
    else if (slash === '/') close(open, name)
    else {
      count += 1
      if (inner === top && count > 1) throw invalid('has two root elements')
      if (count > MOST_ELEMENTS || open.length > DEEPEST) throw invalid('has too many elements')
      open.push(opened(name))
      if (empty === '/') close(open, name)
    }
  }
  if (count === 0 || open.length > 1) throw invalid('is not complete')
  const [[root]] = [...top.children.values(), ['']]
  return typeof root === 'object' && root !== null && !isList(root) ? root : {}
}

function* tokens(xml: string): Generator<Partial<Record<string, string>>> {
  let at = 0
  while (at < xml.length) {
    TOKEN.lastIndex = at
    const { groups } = TOKEN.exec(xml) ?? {}
    if (groups === undefined) throw invalid('has more than elements, text and CDATA')
    at = TOKEN.lastIndex
    yield groups
  }
}

function opened(name: string): Element {
  if (UNSAFE.includes(name)) throw invalid('has an element of a forbidden name')
  return { name, children: new Map(), text: '', cdata: false }
}

/** Blanks count inside CDATA only: around it and in bare text they are layout. */
function write(element: Element, cdata: string | undefined, bare = ''): void {
  if (element.name === '') throw invalid('has text outside of its root element')
  if (cdata === undefined) element.text += bare.trim() === '' ? '' : bare.replace(REFERENCE, referenced)
  else {
    element.text += cdata
    element.cdata = true
  }
}

function referenced(_: string, name = ''): string {
  const named = REFERENCES[name]
  if (named !== undefined) return named
  const code = Number(name.replace(/^#x/, '0x').replace(/^#/, ''))
  const character = name !== '' && code <= 0x10ffff ? String.fromCodePoint(code) : ''
  if (character === '' || character.search(UNPRINTABLE) === 0) throw invalid('has an unknown entity')
  return character
}

function close(open: Element[], name: string): void {
  const element = open.pop()
  const parent = open.at(-1)
  if (element?.name !== name || parent === undefined) throw invalid('closes an element that is not open')
  const siblings = parent.children.get(name)
  if (siblings === undefined) parent.children.set(name, [valueIn(element)])
  else siblings.push(valueIn(element))
}

function valueIn({ children, text, cdata }: Element): PayloadValue {
  if (children.size === 0) return cdata ? text : text.trim()
  return Object.fromEntries(
    [...children].map(([name, [first = '', ...more]]) => [name, more.length === 0 ? first : [first, ...more]]),
  )
}

function invalid(why: string): HutongError {
  return new HutongError('invalid', `the XML ${why}`)
}

/** As the platforms write it: text in CDATA, numbers bare, an element for each member of a list, nothing for null. */
export function writeXml(root: string, payload: Payload): string {
  return written(root, payload)
}

function written(name: string, value: PayloadValue): string {
  if (!NAME.test(name)) throw new HutongError('invalid', `${JSON.stringify(name)} is no name for an element`)
  if (isList(value)) return value.map((one) => written(name, one)).join('')
  return value === null ? '' : `<${name}>${content(value)}</${name}>`
}

function content(value: string | number | boolean | Payload): string {
  if (typeof value === 'string')
    return `<![CDATA[${value.replace(UNPRINTABLE, '').replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, inner]) => written(name, inner))
    .join('')
}

function isList(value: PayloadValue): value is readonly PayloadValue[] {
  return Array.isArray(value)
}
