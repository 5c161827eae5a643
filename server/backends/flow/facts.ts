import type { Contact, Conversation } from '@hutong/core/conversation'
import type { Attributes } from '@hutong/core/entry'
import { mentions } from '../mentions.ts'
import { type BusinessHours, isOpen, opensNext } from './business-hours.ts'
import type { Condition, Test } from './flow-steps.ts'

type Value = string | number | boolean

/** What conditions and texts of a flow can refer to, the same on every channel. */
export interface Facts {
  /** When the contact wrote. */
  at: number
  language: string
  hours: BusinessHours | undefined
  contact: Pick<Contact, 'name' | 'email' | 'phone' | 'locale' | 'attributes' | 'visit' | 'identities'>
  conversation: Pick<Conversation, 'channel' | 'attributes'>
  variables: Readonly<Record<string, string>>
}

/** The facts that are there without anything being asked. */
export const FACTS = ['language', 'open', 'opens', 'verified'] as const
/** Where attributes come from; what a page says of its visitor, nobody has verified. */
export const SOURCES = ['contact', 'conversation', 'page'] as const

const PROFILE = ['name', 'email', 'phone', 'locale'] as const

/** The value of a fact; undefined when there is none. */
export function factOf(name: string, facts: Facts): Value | undefined {
  switch (name) {
    case 'language':
      return facts.language
    case 'open':
      return facts.hours === undefined || isOpen(facts.hours, facts.at)
    case 'opens':
      return facts.hours && opensNext(facts.hours, facts.at, facts.language)
    case 'verified':
      return isVerified(facts)
  }
  const [source, ...rest] = name.split('.')
  const key = rest.join('.')
  if (key === '') return own(facts.variables, name)
  if (source === 'conversation') return own(facts.conversation.attributes, key)
  if (source === 'page') return own(facts.contact.visit?.attributes ?? {}, key)
  return PROFILE.find((one) => one === key) === undefined
    ? own(facts.contact.attributes, key)
    : facts.contact[key as (typeof PROFILE)[number]]
}

/** Whether more than a secret of the browser proves who writes, on the channel they write on. */
function isVerified({ contact, conversation }: Facts): boolean {
  const here = contact.identities.filter(({ channel }) => channel === conversation.channel)
  return here.length > 0 && here.every(({ verified }) => verified !== undefined && verified !== 'token')
}

function own(all: Attributes, key: string): Value | undefined {
  return Object.hasOwn(all, key) ? (all[key] ?? undefined) : undefined
}

export function holds({ all, any, ...one }: Condition, facts: Facts): boolean {
  if (all) return all.every((test) => passes(test, facts))
  if (any) return any.some((test) => passes(test, facts))
  return one.fact !== undefined && passes({ ...one, fact: one.fact }, facts)
}

function passes({ not, ...test }: Test, facts: Facts): boolean {
  return fits(test, factOf(test.fact, facts)) !== (not === true)
}

/** What is not there equals nothing, is neither greater nor less, and matches no word. */
function fits(test: Test, value: Value | undefined): boolean {
  if (test.exists !== undefined) return test.exists === (value !== undefined && value !== '')
  if (value === undefined) return false
  if (test.equals !== undefined) return same(value, test.equals)
  if (test.in) return test.in.some((one) => same(value, one))
  if (test.greater !== undefined) return numberOf(value) > test.greater
  if (test.less !== undefined) return numberOf(value) < test.less
  return test.matches !== undefined && mentions(String(value), test.matches)
}

/** What is typed is text, so "2" is 2 and "true" is true. */
function same(value: Value, wanted: Value): boolean {
  if (typeof wanted === 'number') return numberOf(value) === wanted
  return String(value).normalize('NFKC').toLowerCase() === String(wanted).normalize('NFKC').toLowerCase()
}

function numberOf(value: Value): number {
  const text = String(value).normalize('NFKC').trim()
  return typeof value === 'boolean' || text === '' ? Number.NaN : Number(text)
}
