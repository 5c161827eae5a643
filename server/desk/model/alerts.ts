import type { Event } from '@hutong/core/backend'
import { effect } from '@preact/signals'
import type { Inbox } from './inbox.ts'
import { contactName, marked } from './naming.ts'
import type { Preferences } from './preferences.ts'
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
    const name = entry.from.name ?? (person ? contactName(person, words) : words.visitor(contact.slice(-4)))
    const shown = new Notification(words.newMessageFrom(marked(entry.from, name, words)), {
      body: bodyLine(entry.body, words).slice(0, BODY_MAX),
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
