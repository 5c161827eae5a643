import type { MediumKind, PartOf, RatingScale } from './parts.ts'
import { SCORES } from './scores.ts'

/** A part as plain text, in its own words, numbers and signs. Never empty. */

const SIGNS: Readonly<Record<MediumKind, string>> = { image: '🖼', file: '📎', audio: '🔊', video: '🎬' }

function lines(...all: readonly (string | undefined)[]): string {
  return all.filter((line) => line !== undefined && line.trim() !== '').join('\n')
}

export function mediumText(one: PartOf<MediumKind>): string {
  const alt = one.kind === 'image' ? one.alt : undefined
  const said = one.kind === 'audio' ? one.transcript : undefined
  const called = one.name ?? alt ?? one.type
  return lines(
    called === undefined ? SIGNS[one.kind] : `${SIGNS[one.kind]} ${called}`,
    alt === called ? undefined : alt,
    said,
    one.url,
  )
}

/** A map that needs no key and no account. */
export function mapLink({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`
}

export function placeText(one: PartOf<'location'>): string {
  return lines(one.name === undefined ? '📍' : `📍 ${one.name}`, one.address, mapLink(one))
}

export function cardText(one: PartOf<'card'>, { withImage }: { withImage: boolean }): string {
  return lines(one.title, one.text, one.url, withImage ? one.image : undefined, linkButtons(one))
}

/** The link buttons of a card, one a line. */
export function linkButtons({ buttons }: PartOf<'card'>): string {
  return buttons.flatMap((button) => (button.kind === 'link' ? [`${button.label}: ${button.url}`] : [])).join('\n')
}

export function formText({ title, fields }: PartOf<'form'>): string {
  const listed = fields.map(({ label, required, options, placeholder }) => {
    const values = options?.map((one) => one.label).join(' / ')
    const hint = values?.trim() ? values : placeholder
    return `• ${label}${required ? ' *' : ''}${hint?.trim() ? ` (${hint})` : ''}`
  })
  return lines(title, ...listed)
}

export function ratingText({ question, scale }: PartOf<'rating'>): string {
  const [low, high] = SCORES[scale]
  return lines(question, high - low === 1 ? `${low} 👎 / ${high} 👍` : `${low} 👎 – ${high} 👍`)
}

/** A score as a button: one of two says which it is. */
export function scoreLabel(scale: RatingScale, score: number): string {
  const [low, high] = SCORES[scale]
  return high - low === 1 ? `${score} ${score === high ? '👍' : '👎'}` : String(score)
}
