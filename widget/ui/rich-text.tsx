import type { ComponentChildren, VNode } from 'preact'

/**
 * Markdown and plain text to virtual nodes, never to HTML. Lengths in the patterns are bounded, so that no text makes them
 * look twice at much.
 */

const INLINE = new RegExp(
  [
    '`([^`\\n]{1,2000})`',
    '\\*\\*([^\\n]{1,1000}?)\\*\\*',
    '\\*([^\\s*](?:[^*\\n]{0,1000}[^\\s*])?)\\*',
    '(?<!\\w)_([^\\s_](?:[^_\\n]{0,1000}[^\\s_])?)_(?!\\w)',
    '~~([^~\\n]{1,1000})~~',
    '\\[([^\\]\\n]{1,300})\\]\\(([^\\s()]{1,1000}(?:\\([^\\s()]{0,200}\\)[^\\s()]{0,200})?)\\)',
  ].join('|'),
  'g',
)
const LINK = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]{2,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}/gi
const SAFE = /^(?:https?:\/\/|mailto:|tel:)/i
const ITEM = /^\s{0,6}(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/

export function PlainText({ text }: { text: string }) {
  return <p>{linked(text)}</p>
}

export function Markdown({ text }: { text: string }) {
  return <>{blocks(text.split('\n'))}</>
}

function blocks(lines: readonly string[]): VNode[] {
  const out: VNode[] = []
  let index = 0
  while (index < lines.length) {
    const line = lines[index] ?? ''
    const from = index
    if (line.startsWith('```')) {
      index = until(lines, index + 1, (one) => one.startsWith('```'))
      out.push(
        <pre>
          <code>{lines.slice(from + 1, index).join('\n')}</code>
        </pre>,
      )
      index++
    } else if (ITEM.test(line)) {
      index = until(lines, index, (one) => !ITEM.test(one))
      out.push(list(lines.slice(from, index)))
    } else if (!line.trim()) index++
    else if (/^#{1,6}\s/.test(line)) {
      out.push(
        <p>
          <strong>{inline(line.replace(/^#+\s+/, ''))}</strong>
        </p>,
      )
      index++
    } else {
      index = until(lines, index + 1, (one) => !one.trim() || one.startsWith('```') || ITEM.test(one))
      out.push(<p>{inline(lines.slice(from, index).join('\n'))}</p>)
    }
  }
  return out
}

function until(lines: readonly string[], from: number, stop: (line: string) => boolean): number {
  let index = from
  while (index < lines.length && !stop(lines[index] ?? '')) index++
  return index
}

function list(lines: readonly string[]): VNode {
  const found = lines.map((line) => ITEM.exec(line))
  const rows = found.map((match) => <li>{inline(match?.[3] ?? '')}</li>)
  const number = found[0]?.[2]
  return number ? <ol start={Number(number)}>{rows}</ol> : <ul>{rows}</ul>
}

function inline(text: string): ComponentChildren[] {
  return replaced(text, INLINE, { write: span, rest: linked })
}

function span([whole, code, bold, star, low, struck, label, target]: readonly (
  | string
  | undefined
)[]): ComponentChildren {
  if (code) return <code>{code}</code>
  if (bold) return <strong>{inline(bold)}</strong>
  if (star ?? low) return <em>{inline(star ?? low ?? '')}</em>
  if (struck) return <s>{inline(struck)}</s>
  if (label && target && SAFE.test(target)) return <Out href={target}>{label}</Out>
  return whole
}

function linked(text: string): ComponentChildren[] {
  return replaced(text, LINK, {
    write([whole = '']) {
      const end = trailing(whole)
      const address = whole.slice(0, whole.length - end.length)
      return [<Out href={SAFE.test(address) ? address : `mailto:${address}`}>{address}</Out>, end]
    },
    rest: (plain) => [plain],
  })
}

/** The full stop or bracket that ends the sentence, not the link. */
function trailing(link: string): string {
  const closing = link.includes('(') ? /[.,;:!?'*]+$/ : /[.,;:!?'*)]+$/
  return closing.exec(link)?.[0] ?? ''
}

interface Writer {
  write(match: readonly (string | undefined)[]): ComponentChildren
  rest(text: string): ComponentChildren[]
}

function replaced(text: string, pattern: RegExp, { write, rest }: Writer): ComponentChildren[] {
  const out: ComponentChildren[] = []
  let at = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) out.push(...rest(text.slice(at, match.index)))
    out.push(write(match))
    at = match.index + match[0].length
  }
  if (at < text.length) out.push(...rest(text.slice(at)))
  return out
}

/** A link that leaves the page and tells the other side nothing. */
export function Out({
  href,
  children,
  ...rest
}: {
  href: string
  children: ComponentChildren
  class?: string
  'aria-label'?: string
}) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" {...rest}>
      {children}
    </a>
  )
}
