import { type BodyOf, type ContactBody, type Entry, isOutsider } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import type { Field, Part } from '@hutong/core/parts'
import { ownerOf } from './file-owner.ts'
import { type Place, threadAt } from './identify.ts'
import type { LogStore } from './stores/store.ts'
import { type FileRecords, takeUpFiles } from './take-up-files.ts'
import { verifyRating } from './verify-rating.ts'

type Log = Pick<LogStore, 'find' | 'entries' | 'conversation'> & FileRecords

/**
 * Holds what a contact sends against the log it refers to: one edits and recalls one's own messages, answers forms that
 * were asked, picks options that were offered, rates where that was asked. Rejects with `invalid` naming the field.
 */
export async function verifyBody(
  log: Log,
  place: Place,
  { key, body }: { key: string; body: ContactBody },
): Promise<ContactBody> {
  switch (body.kind) {
    case 'message':
      if (body.replyTo !== undefined) await referred(log, place, { seq: body.replyTo, field: 'replyTo' })
      if (body.choice !== undefined)
        verifyChoice(body.choice.id, await referred(log, place, { seq: body.choice.of, field: 'choice.of' }))
      return body.parts.some(isFile) ? { ...body, parts: await ownFiles(log, place, body.parts) } : body
    case 'edit':
      verifyOwn(await referred(log, place, { seq: body.of, field: 'of' }))
      return { ...body, parts: await ownFiles(log, place, body.parts) }
    case 'recall':
      verifyOwn(await referred(log, place, { seq: body.of, field: 'of' }))
      return body
    case 'reaction':
      messageOf(await referred(log, place, { seq: body.of, field: 'of' }))
      return body
    case 'answer':
      verifyAnswer(body.values, await referred(log, place, { seq: body.of, field: 'of' }))
      return body
    case 'stop':
      return body
    case 'rating':
      await verifyRating(log, { conversation: await threadAt(log, place), key }, body)
      return body
  }
}

function isFile(part: Part): boolean {
  return 'file' in part
}

/** Contacts send what they themselves uploaded, or what their channel brought for them; a link to another file gives no right to it. */
function ownFiles(log: FileRecords, { site, channel, address }: Place, parts: readonly Part[]): Promise<Part[]> {
  const owners = [ownerOf(channel, address), ownerOf(channel)]
  return takeUpFiles(
    log,
    parts,
    (file) => file.site === site && file.owner !== undefined && owners.includes(file.owner),
  )
}

async function referred(log: Log, place: Place, { seq, field }: { seq: number; field: string }): Promise<Entry> {
  const conversation = await threadAt(log, place)
  const [entry] = conversation ? await log.entries(conversation, { after: seq - 1, limit: 1 }) : []
  if (entry?.seq === seq) return entry
  throw new HutongError('invalid', `${field}: there is no entry ${seq} in this conversation`, { field })
}

function messageOf(entry: Entry): BodyOf<'message'> {
  if (entry.body.kind === 'message') return entry.body
  throw new HutongError('invalid', `of: entry ${entry.seq} is not a message`, { field: 'of' })
}

function verifyOwn(entry: Entry): void {
  messageOf(entry)
  if (entry.from.kind !== 'contact' || isOutsider(entry.from))
    throw new HutongError('forbidden', `of: entry ${entry.seq} was written by somebody else`, { field: 'of' })
}

function verifyChoice(id: string, entry: Entry): void {
  if (optionsOf(messageOf(entry).parts).includes(id)) return
  throw new HutongError('invalid', `choice.id: entry ${entry.seq} offers no "${id}"`, { field: 'choice.id' })
}

/** What can be picked of a message, by the options' ids. */
export function optionsOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    if (part.kind === 'choices') return part.options.map((option) => option.id)
    if (part.kind === 'card') return part.buttons.flatMap((button) => (button.kind === 'reply' ? [button.id] : []))
    return []
  })
}

function verifyAnswer(values: Readonly<Record<string, string>>, entry: Entry): void {
  const form = messageOf(entry).parts.find((part) => part.kind === 'form')
  if (!form) throw new HutongError('invalid', `of: entry ${entry.seq} asked no form`, { field: 'of' })
  const known = new Set(form.fields.map((field) => field.name))
  const unknown = Object.keys(values).find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new HutongError('invalid', `values.${unknown}: the form has no such field`, { field: `values.${unknown}` })
  for (const field of form.fields)
    verifyField(field, Object.hasOwn(values, field.name) ? values[field.name] : undefined)
}

function verifyField({ name, type, required, options }: Field, value: string | undefined): void {
  const field = `values.${name}`
  if (value === undefined || value.trim() === '') {
    if (required) throw new HutongError('invalid', `${field}: must be filled in`, { field })
    return
  }
  const wrong =
    (type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) && 'must be an e-mail address') ||
    (type === 'number' && !Number.isFinite(Number(value)) && 'must be a number') ||
    (type === 'date' && Number.isNaN(Date.parse(value)) && 'must be a date, as 2026-01-31') ||
    (type === 'select' && !options?.some((option) => option.id === value) && 'must be one of the options')
  if (wrong) throw new HutongError('invalid', `${field}: ${wrong}`, { field })
}
