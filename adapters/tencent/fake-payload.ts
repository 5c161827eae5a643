/** What a platform pushes. Text and numbers stay what they are; a `bigint` is a 64-bit number. */
export interface FakePayload {
  readonly [name: string]: FakeValue
}

export type FakeValue = string | number | bigint | FakePayload | readonly FakeValue[]

/** As the platforms write XML: text in CDATA, numbers bare, an element for each member of a list. */
export function fakeXml(payload: FakePayload, root = 'xml'): string {
  return element(root, payload)
}

function element(name: string, value: FakeValue): string {
  if (isList(value)) return value.map((one) => element(name, one)).join('')
  return `<${name}>${content(value)}</${name}>`
}

function content(value: Exclude<FakeValue, readonly FakeValue[]>): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  return Object.entries(value)
    .map(([name, inner]) => element(name, inner))
    .join('')
}

/** As the platforms write JSON: 64-bit ids are bare numbers, which a plain `JSON.parse` damages. */
export function fakeJson(value: FakeValue): string {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(fakeJson).join(',')}]`
  const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${fakeJson(inner)}`)
  return `{${members.join(',')}}`
}

function isList(value: FakeValue): value is readonly FakeValue[] {
  return Array.isArray(value)
}

/** The text of an element in a flat document, as the outside of an encrypted reply is one. */
export function fakeElement(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>\\s*(?:<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|([^<]*))\\s*</${name}>`).exec(xml)
  return found === null ? undefined : (found[1] ?? found[2]?.trim())
}
