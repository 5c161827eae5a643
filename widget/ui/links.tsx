import type { ComponentChildren } from 'preact'

const LINK = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]{2,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}/gi
/** The only targets a link may have. */
export const SAFE = /^(?:https?:\/\/|mailto:|tel:)/i

/** Text as it was written, with its addresses made links. */
export function PlainText({ text }: { text: string }) {
  return <p>{linked(text)}</p>
}

export function linked(text: string): ComponentChildren[] {
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

export interface Writer {
  write(match: readonly (string | undefined)[]): ComponentChildren
  rest(text: string): ComponentChildren[]
}

/** Cuts `text` at every match of `pattern` and writes the pieces. Virtual nodes only, never HTML. */
export function replaced(text: string, pattern: RegExp, { write, rest }: Writer): ComponentChildren[] {
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
