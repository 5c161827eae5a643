import type { Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { effect } from '@preact/signals'
import type { Words } from '../locales/en.ts'
import type { Format } from './format.ts'
import type { Inbox } from './inbox.ts'
import { contactName, marked } from './naming.ts'
import type { Preferences } from './preferences.ts'
import { reasonOf } from './reasons.ts'
import { bodyLine } from './summary.ts'

export interface AlertOptions {
  inbox: Inbox
  preferences: Preferences
  me: string
  /** Whether the agent looks at this conversation. */
  watched(conversation: string): boolean
  open(conversation: string): void
}

/** Calls the agent: a sound, a desktop notification, and a count in the window's title. */
export interface Alerts {
  hear(event: Event): void
  /** Asks the browser for leave; resolves with whether it was given. */
  allow(): Promise<boolean>
  close(): void
}

/** As much as a system shows of it. */
const BODY_MAX = 200

export function createAlerts({ inbox, preferences, me, watched, open }: AlertOptions): Alerts {
  const stopTitle = effect(() => {
    const { waiting } = inbox.counts.value
    const words = preferences.words.value
    document.title = waiting > 0 ? `(${waiting}) ${words.desk}` : words.desk
    document.documentElement.lang = preferences.language.value
  })

  function notify({ conversation, contact, entry }: Event) {
    if (!preferences.notify.peek() || !('Notification' in globalThis) || Notification.permission !== 'granted') return
    const words = preferences.words.peek()
    const person = inbox.item(conversation)?.contact
    const name = person ? contactName(person, words) : words.visitor(contact.slice(-4))
    const { title, text } = said(entry, { name, words, format: preferences.format.peek() })
    const shown = new Notification(title, {
      body: text.slice(0, BODY_MAX),
      tag: conversation,
    })
    shown.onclick = () => {
      globalThis.focus()
      open(conversation)
      shown.close()
    }
  }

  return {
    hear(heard) {
      if (!calls(heard, me) || watched(heard.conversation)) return
      if (preferences.sound.peek()) chime()
      notify(heard)
    },
    async allow() {
      if (!('Notification' in globalThis)) return false
      return (await Notification.requestPermission()) === 'granted'
    },
    close: stopTitle,
  }
}

interface Reader {
  /** The customer's. */
  name: string
  words: Words
  format: Format
}

/** Who wants what of the agent: the words of a message; of a hand-off what was said with it. */
function said({ from, body }: Entry, { name, words, format }: Reader): { title: string; text: string } {
  if (body.kind !== 'handoff')
    return { title: words.newMessageFrom(marked(from, from.name ?? name, words)), text: bodyLine(body, words) }
  const { reason, floor, summary } = body
  const given = floor.holder.kind === 'agent'
  const why = reason === undefined ? undefined : words.events.reason(reasonOf(reason, { from }, { words, format }))
  return {
    title: given ? words.givenToYou(from.name ?? words.relay, name) : words.waitsForPerson(name),
    text: (given ? (summary ?? why) : why) ?? '',
  }
}

/** A customer wrote to people, or somebody gave a conversation to this agent or to the queue. */
export function calls({ entry, floor }: Event, me: string): boolean {
  const { holder } = floor
  const ours = holder.kind === 'queue' || (holder.kind === 'agent' && holder.id === me)
  if (!ours || entry.from.id === me) return false
  return entry.body.kind === 'handoff' || (entry.body.kind === 'message' && entry.from.kind === 'contact')
}

let audio: AudioContext | undefined

/** Two soft tones. Browsers keep silent until the page was clicked once. */
function chime() {
  if (!('AudioContext' in globalThis)) return
  audio ??= new AudioContext()
  for (const [index, pitch] of [660, 880].entries()) {
    const start = audio.currentTime + index * 0.12
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    tone.frequency.value = pitch
    volume.gain.setValueAtTime(0, start)
    volume.gain.linearRampToValueAtTime(0.08, start + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3)
    tone.connect(volume).connect(audio.destination)
    tone.start(start)
    tone.stop(start + 0.32)
  }
}
