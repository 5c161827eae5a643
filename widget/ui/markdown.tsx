import type { ComponentChildren, VNode } from 'preact'
import { linked, Out, replaced, SAFE } from './links.tsx'

/**
 * Markdown to virtual nodes, never to HTML. Lengths in the patterns are bounded, so that no text makes them
 * try long.
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
const ITEM = /^\s{0,6}(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/
const SIGN = /(?:^|\n)[ \t]{0,6}(?:[-*+]|\d{1,9}[.)])[ \t]{0,6}$/

export function Markdown({ text }: { text: string }) {
  return <>{blocks(text.split('\n'))}</>
}

/** Text that is still being written: the sign of a list item is shown with the first of its words. */
export function Growing({ text }: { text: string }) {
  return <Markdown text={text.replace(SIGN, '')} />
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
