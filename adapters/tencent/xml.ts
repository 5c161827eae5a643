import { HutongError } from '@hutong/core/errors'
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import type { Payload, PayloadValue } from './payload.ts'

const LARGEST = 1024 * 1024
const MOST_ELEMENTS = 5_000
const DEEPEST = 16

/** All that these platforms' XML is made of: CDATA, tags without attributes, text. Each alternative reads on to the next one at once. */
const TOKEN = /<!\[CDATA\[[\s\S]*?\]\]>|<(?<slash>\/?)(?<name>[A-Za-z_][\w.-]*)\s*(?<empty>\/?)>|[^<]+/y
const PROLOGUE = /^\uFEFF?\s*(?:<\?xml [^<>?]{0,100}\?>)?\s*/
const NAME = /^[A-Za-z_][\w.-]*$/
const UNSAFE = ['__proto__', 'constructor', 'prototype']
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)/
/** Everything but what XML 1.0 lets a document hold. */
const UNPRINTABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: false,
  cdataPropName: '#cdata',
})

type Node = Readonly<Record<string, string | readonly Node[]>>
const nodes: z.ZodType<readonly Node[]> = z.array(z.record(z.string(), z.union([z.string(), z.lazy(() => nodes)])))

/**
 * What stands below the root element. Every value is text, so that "0012" stays "0012"; an element that is repeated is a list.
 * Throws `invalid` for anything but plain elements, text and CDATA (a DOCTYPE, entities, comments, attributes), for elements
 * that are not closed, and for more than 1 MiB, 16 levels or 5,000 elements.
 */
export function parseXml(text: string): Payload {
  if (text.length > LARGEST) throw new HutongError('invalid', 'the XML is larger than 1 MiB')
  const body = text.replace(PROLOGUE, '').trimEnd()
  inspect(body)
  const [root] = nodes.parse(parser.parse(body))
  const value = root === undefined ? '' : read(childrenOf(root))
  if (typeof value === 'string') return {}
  return value
}

/** Lets nothing through to the parser that could make it do more than read. */
function inspect(xml: string): void {
  const open: string[] = []
  let count = 0
  let at = 0
  while (at < xml.length) {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(xml)
    if (found === null) throw new HutongError('invalid', 'the XML has more than elements, text and CDATA')
    const { slash, name, empty } = found.groups ?? {}
    if (name === undefined) inspectText(found[0], open.length)
    else if (UNSAFE.includes(name)) throw new HutongError('invalid', 'the XML has an element of a forbidden name')
    else if (slash === '/') close(open, name)
    else if (at > 0 && open.length === 0) throw new HutongError('invalid', 'the XML has two root elements')
    else {
      count += 1
      if (empty !== '/') open.push(name)
    }
    if (count > MOST_ELEMENTS || open.length > DEEPEST)
      throw new HutongError('invalid', 'the XML has too many elements')
    at = TOKEN.lastIndex
  }
  if (count === 0 || open.length > 0) throw new HutongError('invalid', 'the XML is not complete')
}

function inspectText(text: string, level: number): void {
  if (level === 0) throw new HutongError('invalid', 'the XML has text outside of its root element')
  if (!text.startsWith('<') && ENTITY.test(text)) throw new HutongError('invalid', 'the XML has an unknown entity')
}

function close(open: string[], name: string): void {
  if (open.pop() !== name) throw new HutongError('invalid', 'the XML closes an element that is not open')
}

function read(children: readonly Node[]): string | Payload {
  const elements = children.filter((one) => !('#text' in one) && !('#cdata' in one))
  if (elements.length === 0) return textOf(children)
  const payload = new Map<string, PayloadValue[]>()
  for (const one of elements)
    for (const name of Object.keys(one)) {
      const before = payload.get(name)
      const value = read(childrenOf(one))
      if (before === undefined) payload.set(name, [value])
      else before.push(value)
    }
  return Object.fromEntries(
    [...payload].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  )
}

/** Blanks count inside CDATA only: around it and in bare text they are layout. */
function textOf(children: readonly Node[]): string {
  const cdata = children.some((one) => '#cdata' in one)
  const texts = children.map((one) => ('#cdata' in one ? plain(childrenOf(one)) : bare(one['#text'], cdata)))
  return texts.join('')
}

function plain(children: readonly Node[]): string {
  return children.map((one) => (typeof one['#text'] === 'string' ? one['#text'] : '')).join('')
}

function bare(text: string | readonly Node[] | undefined, besideCdata: boolean): string {
  if (typeof text !== 'string') return ''
  return besideCdata && text.trim() !== '' ? text : text.trim()
}

function childrenOf(node: Node): readonly Node[] {
  const [children] = Object.values(node)
  return typeof children === 'object' ? children : []
}

/** As the platforms write it: text in CDATA, numbers bare, an element for each member of a list, nothing for null. */
export function writeXml(root: string, payload: Payload): string {
  return element(root, payload)
}

function element(name: string, value: PayloadValue): string {
  if (!NAME.test(name)) throw new HutongError('invalid', `${JSON.stringify(name)} is no name for an element`)
  if (isList(value)) return value.map((one) => element(name, one)).join('')
  return value === null ? '' : `<${name}>${content(value)}</${name}>`
}

function content(value: string | number | boolean | Payload): string {
  if (typeof value === 'string')
    return `<![CDATA[${value.replace(UNPRINTABLE, '').replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, inner]) => element(name, inner))
    .join('')
}

function isList(value: PayloadValue): value is readonly PayloadValue[] {
  return Array.isArray(value)
}
