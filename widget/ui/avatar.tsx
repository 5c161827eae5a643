import type { Participant } from '@hutong/core/entry'
import type { ComponentChildren } from 'preact'
import { BOT, Icon, PERSON } from './icons.tsx'

/** A picture, or the initials, or a sign for a machine. The name stands beside it, so it says nothing itself. */
export function Avatar({ who }: { who: Participant }) {
  return (
    <span class={`avatar ${who.kind}`} aria-hidden="true">
      {who.avatar ? <img src={who.avatar} alt="" loading="lazy" /> : <Sign who={who} />}
    </span>
  )
}

function Sign({ who }: { who: Participant }): ComponentChildren {
  if (who.kind === 'bot') return <Icon path={BOT} />
  const letters = initials(who.name ?? '')
  return letters ? letters : <Icon path={PERSON} />
}

/** The first letters of the first and last word; for Chinese names the last two characters, as people there shorten them. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const only = [...(words[0] ?? '')]
  if (words.length === 1 && /^\p{Script=Han}+$/u.test(name.trim())) return only.slice(-2).join('')
  const last = words.length > 1 ? [...(words.at(-1) ?? '')][0] : ''
  return `${only[0] ?? ''}${last ?? ''}`.toUpperCase()
}
