/** What an element holds: text, or elements by name; one that comes again makes a list. */
export type FakeElement = string | { [name: string]: FakeElement | FakeElement[] }

interface Open {
  name: string
  text: string
  inside: { [name: string]: FakeElement | FakeElement[] }
}

const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_]\w*)>|([^<]+)/y
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Reads what somebody answers to a push: elements, text and CDATA, and nothing else. Undefined for every other document. */
export function readFakeXml(xml: string): FakeElement | undefined {
  const text = xml.trim().replace(/^<\?xml[^>]*\?>\s*/, '')
  const stack: Open[] = [{ name: '', text: '', inside: {} }]
  let at = 0
  while (at < text.length) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)
    const [whole = '', data, slash, name = '', words = ''] = token ?? []
    const top = stack.at(-1)
    if (token === null || top === undefined) return undefined
    at += whole.length
    if (name === '') top.text += data ?? decoded(words)
    else if (slash === '') stack.push({ name, text: '', inside: {} })
    else if (name !== top.name || !close(stack)) return undefined
  }
  const root = stack.length === 1 ? stack[0]?.inside.xml : undefined
  return Array.isArray(root) ? undefined : root
}

function close(stack: Open[]): boolean {
  const closed = stack.pop()
  const around = stack.at(-1)
  if (closed === undefined || around === undefined) return false
  const value = Object.keys(closed.inside).length > 0 ? closed.inside : closed.text
  const before = around.inside[closed.name]
  around.inside[closed.name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  return true
}

function decoded(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
}
