import type { Contact } from '@hutong/core/conversation'
import type { Holder, Participant } from '@hutong/core/entry'
import type { Words } from '../locales/en.ts'

/** What everybody is called at the desk. */
export function contactName(contact: Pick<Contact, 'id' | 'name' | 'email'> | undefined, words: Words): string {
  if (contact?.name) return contact.name
  return contact?.email || words.visitor(shortId(contact?.id ?? ''))
}

export interface Around {
  words: Words
  me: string
  contact: Contact | undefined
}

/** Whoever says something; what the relay says goes out in the name of the site, if it has one. */
export function speakerName(who: Participant, around: Around & { botName(id: string): string }): string {
  const { words, botName } = around
  if (who.kind === 'bot' && who.name === undefined) return botName(who.id)
  if (who.kind !== 'system') return participantName(who, around)
  return who.name === undefined ? words.notice : words.noticeBy(who.name)
}

export function participantName(who: Participant, { words, me, contact }: Around): string {
  switch (who.kind) {
    case 'contact':
      return marked(who, who.name ?? contactName(contact, words), words)
    case 'agent':
      return who.id === me ? words.you : (who.name ?? who.id)
    case 'bot':
      return who.name ?? words.bot
    case 'system':
      return words.relay
  }
}

/** The name with what must be known before it is believed. */
export function marked({ unproven }: Pick<Participant, 'unproven'>, name: string, words: Words): string {
  return unproven ? words.unproven(name) : name
}

export function holderName(holder: Holder, { words, botName }: { words: Words; botName(id: string): string }): string {
  switch (holder.kind) {
    case 'agent':
      return holder.name ?? holder.id
    case 'bot':
      return botName(holder.id)
    case 'queue':
      return words.filters.waiting
    case 'none':
      return '–'
  }
}

export function isMailAddress(address: string): boolean {
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(address)
}

/** Four signs that tell two nameless visitors apart. */
function shortId(id: string): string {
  return id
    .replaceAll(/[^a-zA-Z0-9]/g, '')
    .slice(-4)
    .toUpperCase()
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const signs = /\p{Script=Han}/u.test(name)
    ? [[...name.trim()].at(-1)]
    : [words[0]?.[0], words.length > 1 ? words.at(-1)?.[0] : '']
  return signs.join('').toLocaleUpperCase()
}

/** One of `count` tints, the same for the same id everywhere. */
export function tintOf(id: string, count: number): number {
  let sum = 0
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9_973
  return sum % count
}
