import type { ComponentChildren, VNode } from 'preact'
import { BULLET, FENCE, HEADING, NUMBER, QUOTE, SPANS } from '../model/markdown.ts'

/** Plain text and Markdown as virtual nodes, never as HTML. */

const LINK = /\bhttps?:\/\/[^\s<>"'`]{2,2000}/gi
const TARGET = /^(?:https?:\/\/|mailto:|tel:)\S+$/i
export function Out({ href, children, label }: { href: string; children: ComponentChildren; label?: string }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" aria-label={label}>
      {children}
    </a>
  )
}

export function PlainText({ text }: { text: string }) {
  return <p>{linked(text)}</p>
}

export function Markdown({ text }: { text: string }) {
  const blocks: VNode[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; ) {
    const { node, end } = blockAt(lines, at)
    if (node) blocks.push(node)
    at = end
  }
  return <>{blocks}</>
}

function blockAt(lines: readonly string[], at: number): { node?: VNode; end: number } {
  const line = lines[at] ?? ''
  if (line.trim() === '') return { end: at + 1 }
  if (FENCE.test(line)) {
    const end = endOf(lines, at + 1, (one) => !FENCE.test(one))
    return { node: <pre>{lines.slice(at + 1, end).join('\n')}</pre>, end: end + 1 }
  }
  const heading = HEADING.exec(line)
  if (heading) return { node: <p class="heading">{spans(heading[1] ?? '')}</p>, end: at + 1 }
  for (const [pattern, make] of LISTS) {
    if (!pattern.test(line)) continue
    const end = endOf(lines, at, (one) => pattern.test(one))
    return { node: make(lines.slice(at, end)), end }
  }
  const end = endOf(lines, at, (one) => one.trim() !== '' && !opensBlock(one))
  return { node: <p>{spans(lines.slice(at, end).join('\n'))}</p>, end }
}

const LISTS: readonly [RegExp, (lines: readonly string[]) => VNode][] = [
  [
    BULLET,
    (lines) => (
      <ul>
        {lines.map((line) => (
          <li>{spans(BULLET.exec(line)?.[1] ?? '')}</li>
        ))}
      </ul>
    ),
  ],
  [
    NUMBER,
    (lines) => (
      <ol start={Number(NUMBER.exec(lines[0] ?? '')?.[1] ?? 1)}>
        {lines.map((line) => (
          <li>{spans(NUMBER.exec(line)?.[2] ?? '')}</li>
        ))}
      </ol>
    ),
  ],
  [QUOTE, (lines) => <blockquote>{spans(lines.map((line) => QUOTE.exec(line)?.[1] ?? '').join('\n'))}</blockquote>],
]

function opensBlock(line: string): boolean {
  return [FENCE, HEADING, BULLET, NUMBER, QUOTE].some((pattern) => pattern.test(line))
}

function endOf(lines: readonly string[], from: number, belongs: (line: string) => boolean): number {
  let end = from
  while (end < lines.length && belongs(lines[end] ?? '')) end += 1
  return end
}

function spans(text: string): ComponentChildren[] {
  return split(text, { pattern: SPANS, found: spanOf, between: linked })
}

function spanOf({ 0: whole, groups = {} }: RegExpExecArray): ComponentChildren {
  const { code, bold, struck, star, low, label, target } = groups
  if (code) return <code>{code}</code>
  if (bold) return <strong>{spans(bold)}</strong>
  if (struck) return <s>{spans(struck)}</s>
  if (star ?? low) return <em>{spans(star ?? low ?? '')}</em>
  if (label && target && TARGET.test(target)) return <Out href={target}>{label}</Out>
  return whole
}

function linked(text: string): ComponentChildren[] {
  return split(text, { pattern: LINK, found: addressOf, between: (rest) => [rest] })
}

/** The address without the punctuation of the sentence it ends. */
function addressOf({ 0: found }: RegExpExecArray): ComponentChildren {
  const tail = /[.,;:!?)\]，。；：！？）]+$/.exec(found)?.[0] ?? ''
  const address = found.slice(0, found.length - tail.length)
  return [<Out href={address}>{address}</Out>, tail]
}

interface Splitting {
  pattern: RegExp
  found(match: RegExpExecArray): ComponentChildren
  between(text: string): ComponentChildren[]
}

function split(text: string, { pattern, found, between }: Splitting): ComponentChildren[] {
  const out: ComponentChildren[] = []
  let at = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) out.push(...between(text.slice(at, match.index)))
    out.push(found(match))
    at = match.index + match[0].length
  }
  if (at < text.length) out.push(...between(text.slice(at)))
  return out
}
