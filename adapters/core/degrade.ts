import type { Capabilities } from './adapter.ts'
import { cardText, formText, linkButtons, mediumText, placeText, ratingText, scoreLabel } from './fallback-text.ts'
import { numbered, type Prompt } from './numbered.ts'
import type { MediumKind, Option, Part, PartKind, PartOf } from './parts.ts'

export { type Prompt, understand } from './numbered.ts'
export { plainText } from './plain-text.ts'

import { plainText } from './plain-text.ts'
import { SCORES } from './scores.ts'
import { splitText, textSize } from './split-text.ts'
import { TEXT_MAX } from './text-max.ts'

/**
 * Why a part was changed. `kind`: the channel cannot show this kind. `markdown`: it shows plain text only. `options`,
 * `label`, `buttons`: too many, or too long, to be tapped. `length`: the text is longer than one message. `size`: the file is
 * larger than the channel takes.
 */
export type ChangeReason = 'kind' | 'markdown' | 'options' | 'label' | 'buttons' | 'length' | 'size'

/** What `degrade()` did to one part, for the desk to show before sending. `part` is its index in what was given. */
export interface Change {
  part: number
  from: PartKind
  to: PartKind
  reason: ChangeReason
}

export interface Degraded {
  /** What to send: each item is one message of the platform. */
  messages: Part[][]
  changes: Change[]
  /** What went out as numbered text: `understand()` maps an answer back. Plain JSON, so that it can be kept. */
  prompts: Prompt[]
}

/** One part under way: where it stands, what the channel can, where to write down what happened. */
interface Pass {
  capabilities: Capabilities
  part: number
  prompts: Prompt[]
  note(to: PartKind, reason: ChangeReason): void
}

/**
 * What a channel cannot show, in the means it has; what it can show is left as it is. Pure and total: every part becomes
 * something a person can read, and text is taken to be possible everywhere. Texts it writes are made of the parts' own words,
 * numbers and signs, so they fit any language.
 */
export function degrade(parts: readonly Part[], capabilities: Capabilities): Degraded {
  const changes: Change[] = []
  const prompts: Prompt[] = []
  const shown = parts.flatMap((one, part) => {
    const note: Pass['note'] = (to, reason) => {
      changes.push({ part, from: one.kind, to, reason })
    }
    const pass = { capabilities, part, prompts, note }
    return adapt(one, pass).flatMap((made) => (made.kind === 'text' ? cut(made, pass) : [made]))
  })
  return { messages: group(shown, capabilities), changes, prompts }
}

function adapt(one: Part, pass: Pass): Part[] {
  switch (one.kind) {
    case 'text':
      return text(one, pass)
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
      return medium(one, pass)
    case 'location':
      return orText(one, placeText(one), pass)
    case 'card':
      return card(one, pass)
    case 'choices':
      return offer({ lead: one.text, options: one.options, from: 'choices' }, pass)
    case 'form':
      return orText(one, formText(one), pass)
    case 'rating':
      return rating(one, pass)
    case 'unsupported':
      return orText(one, one.text.trim() === '' ? `[${one.native}]` : one.text, pass)
  }
}

function has(kind: PartKind, { capabilities }: Pass): boolean {
  return capabilities.parts.includes(kind)
}

function plain(content: string): PartOf<'text'> {
  return { kind: 'text', text: content, format: 'plain' }
}

function orText(one: Part, content: string, pass: Pass): Part[] {
  if (has(one.kind, pass)) return [one]
  pass.note('text', 'kind')
  return [plain(content)]
}

function text(one: PartOf<'text'>, pass: Pass): Part[] {
  if (one.format === 'plain' || pass.capabilities.text.markdown) return [one]
  pass.note('text', 'markdown')
  return [plain(plainText(one.text))]
}

function medium(one: PartOf<MediumKind>, pass: Pass): Part[] {
  const tooLarge = (one.bytes ?? 0) > pass.capabilities.files.maxBytes
  if (has(one.kind, pass) && !tooLarge) return [one]
  if (tooLarge || !has('file', pass)) {
    pass.note('text', tooLarge ? 'size' : 'kind')
    return [plain(mediumText(one))]
  }
  pass.note('file', 'kind')
  const { file, url, name, type, bytes } = one
  const said = one.kind === 'audio' ? one.transcript : one.kind === 'image' ? one.alt : undefined
  const kept: Part = { kind: 'file', file, url, name, type, bytes }
  return said?.trim() ? [kept, plain(said)] : [kept]
}

interface Offer {
  lead: string | undefined
  options: readonly Option[]
  from: Prompt['kind']
  /** Why the part itself could not stay; undefined when only its options may be in the way. */
  reason?: ChangeReason
}

/** The options as the channel's own buttons, or as numbered text that is remembered. */
function offer({ lead, options, from, reason }: Offer, pass: Pass): Part[] {
  const { choices: limit } = pass.capabilities
  const intro = lead?.trim() ? lead : undefined
  const tooMany = options.length > limit.max
  const tooLong = options.some(({ label }) => label.length > limit.label)
  if (has('choices', pass) && !tooMany && !tooLong) {
    if (reason) pass.note('choices', reason)
    const bare: Part = { kind: 'choices', options: [...options] }
    if (intro === undefined) return [bare]
    if (intro.length <= LEAD_MAX && fitsOne(intro, pass.capabilities)) return [{ ...bare, text: intro }]
    if (!reason) pass.note('text', 'length')
    return [plain(intro), bare]
  }
  pass.note('text', reason ?? (has('choices', pass) ? (tooMany ? 'options' : 'label') : 'kind'))
  const { prompt, lines } = numbered(options, { kind: from, part: pass.part, before: pass.prompts })
  pass.prompts.push(prompt)
  return [plain(intro === undefined ? lines : `${intro}\n${lines}`)]
}

/** Longest text of a choices part. */
const LEAD_MAX = 2_000

function replies({ buttons }: PartOf<'card'>): Option[] {
  return buttons.flatMap((one) => (one.kind === 'reply' ? [{ id: one.id, label: one.label }] : []))
}

function card(one: PartOf<'card'>, pass: Pass): Part[] {
  if (has('card', pass)) return shownCard(one, pass)
  const pictured = one.image !== undefined && has('image', pass)
  const picture: Part[] = pictured ? [{ kind: 'image', url: one.image, alt: one.title }] : []
  return [...picture, ...spoken(cardText(one, { withImage: !pictured }), { one, reason: 'kind' }, pass)]
}

/** A card keeps what it can hold; its text or buttons follow it when they are too much. */
function shownCard(one: PartOf<'card'>, pass: Pass): Part[] {
  const tooMany = one.buttons.length > pass.capabilities.buttons
  const tooLong = one.text !== undefined && !fitsOne(one.text, pass.capabilities)
  if (!tooMany && !tooLong) return [one]
  const { text: body, ...rest } = one
  const kept: PartOf<'card'> = { ...rest, ...(tooLong ? {} : { text: body }), buttons: tooMany ? [] : one.buttons }
  const moved = [tooLong ? (body ?? '') : '', tooMany ? linkButtons(one) : ''].filter((text) => text !== '').join('\n')
  if (tooMany) return [kept, ...spoken(moved || one.title, { one, reason: 'buttons' }, pass)]
  pass.note('text', 'length')
  return [kept, plain(moved)]
}

/** `lead` with the reply buttons of the card after it. */
function spoken(lead: string, { one, reason }: { one: PartOf<'card'>; reason: ChangeReason }, pass: Pass): Part[] {
  const options = replies(one)
  if (options.length > 0) return offer({ lead, options, from: 'card', reason }, pass)
  pass.note('text', reason)
  return [plain(lead)]
}

function rating(one: PartOf<'rating'>, pass: Pass): Part[] {
  if (has('rating', pass)) return [one]
  const [low, high] = SCORES[one.scale]
  const scores = Array.from({ length: high - low + 1 }, (_, index) => low + index)
  const options = scores.map((score) => ({ id: String(score), label: scoreLabel(one.scale, score) }))
  const lead = ratingText(one)
  const tappable = has('choices', pass) && options.length <= pass.capabilities.choices.max
  const taken = pass.prompts.some((prompt) => prompt.options.some(({ number }) => scores.includes(number)))
  if (tappable || taken) return offer({ lead, options, from: 'rating', reason: 'kind' }, pass)
  pass.note('text', 'kind')
  const remembered = options.map((option, index) => ({ ...option, number: low + index }))
  pass.prompts.push({ kind: 'rating', part: pass.part, options: remembered })
  return [plain(lead)]
}

function fitsOne(content: string, { text: limit }: Capabilities): boolean {
  return limit.max === null || textSize(content, limit.unit) <= limit.max
}

function cut(one: PartOf<'text'>, { capabilities, note }: Pass): Part[] {
  const { max, unit } = capabilities.text
  const limits = [{ max: TEXT_MAX, unit: 'chars' as const }, ...(max === null ? [] : [{ max, unit }])]
  const pieces = splitText(one.text, limits)
  if (pieces.length <= 1) return [one]
  note('text', 'length')
  return pieces.map((piece) => ({ ...one, text: piece }))
}

/** Where a message holds one part, neighbouring texts share it: platforms count messages. */
function group(shown: readonly Part[], capabilities: Capabilities): Part[][] {
  const size = Math.max(1, capabilities.partsPerMessage)
  const messages: Part[][] = []
  for (const one of shown) {
    const last = messages.at(-1)
    const before = last?.at(-1)
    if (!last || !before) messages.push([one])
    else if (last.length < size) last.push(one)
    else {
      const joined = size === 1 ? join(before, one, capabilities) : undefined
      if (joined) last[0] = joined
      else messages.push([one])
    }
  }
  return messages
}

function join(before: Part, one: Part, capabilities: Capabilities): Part | undefined {
  if (before.kind !== 'text' || one.kind !== 'text' || before.format !== one.format) return undefined
  const content = `${before.text}\n\n${one.text}`
  return content.length <= TEXT_MAX && fitsOne(content, capabilities) ? { ...before, text: content } : undefined
}
