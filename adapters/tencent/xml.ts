import { HutongError } from '@hutong/core/errors'
import { SaxesParser } from 'saxes'
import type { Payload, PayloadValue } from './payload.ts'

const LARGEST = 1024 * 1024
const MOST_ELEMENTS = 5_000
const DEEPEST = 16

/** Where alone a DOCTYPE may stand; further in, it is something that a customer typed. */
const DECLARATION = /^\uFEFF?\s*(?:<\?[^<>]{0,200}>\s*)?<!/
const NAME = /^[A-Za-z_][\w.-]*$/
const UNSAFE = ['__proto__', 'constructor', 'prototype']
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
  if (DECLARATION.test(text)) throw invalid('declares a document type')
  const top = opened('')
  const open = [top]
  let count = 0
  const parser = new SaxesParser({ xmlns: false, position: false })
  parser.on('error', (cause) => {
    throw new HutongError('invalid', 'the XML is not well-formed', { cause })
  })
  parser.on('doctype', () => refuse('declares a document type'))
  parser.on('processinginstruction', () => refuse('has instructions'))
  parser.on('comment', () => refuse('has comments'))
  parser.on('attribute', () => refuse('has attributes'))
  parser.on('opentagstart', ({ name }) => {
    count += 1
    if (count > MOST_ELEMENTS || open.length > DEEPEST) refuse('has too many elements')
    open.push(opened(name))
  })
  parser.on('closetag', () => close(open))
  parser.on('text', (bare) => {
    const inner = open.at(-1)
    if (inner && bare.trim() !== '') inner.text += bare
  })
  parser.on('cdata', (cdata) => {
    const inner = open.at(-1)
    if (inner) Object.assign(inner, { text: inner.text + cdata, cdata: true })
  })
  parser.write(text.trimEnd()).close()
  const [[root]] = [...top.children.values(), ['']]
  return typeof root === 'object' && root !== null && !isList(root) ? root : {}
}

function opened(name: string): Element {
  if (UNSAFE.includes(name)) throw invalid('has an element of a forbidden name')
  return { name, children: new Map(), text: '', cdata: false }
}

function close(open: Element[]): void {
  const element = open.pop()
  const parent = open.at(-1)
  if (!element || !parent) return
  const siblings = parent.children.get(element.name)
  if (siblings === undefined) parent.children.set(element.name, [valueIn(element)])
  else siblings.push(valueIn(element))
}

/** Blanks count inside CDATA only: around it and in bare text they are layout. */
function valueIn({ children, text, cdata }: Element): PayloadValue {
  if (children.size === 0) return cdata ? text : text.trim()
  return Object.fromEntries(
    [...children].map(([name, [first = '', ...more]]) => [name, more.length === 0 ? first : [first, ...more]]),
  )
}

function refuse(why: string): never {
  throw invalid(why)
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
