import type { Event } from '@hutong/core/backend'
import { withUrls } from './present.ts'

interface Links {
  url(file: { id: string }, until: number): string
}

const DAY = 24 * 3_600_000
/** Links to files end on a grid of this width, counted from the event, so that every repeat of it carries the same. */
const LINKS_FOR = 14 * DAY
/** Close to its end a link gives way to the next one, as in a dead letter that is brought after all. */
const LINKS_LEFT = DAY

/** An event as every wire brings it: with links beside its files, the same ones for whoever hears it again. */
export function linked(event: Event, files: Links, now: number): Event {
  const { at } = event.entry
  const turns = Math.max(1, Math.ceil((now + LINKS_LEFT - at) / LINKS_FOR))
  const until = at + turns * LINKS_FOR
  return { ...event, entry: withUrls(event.entry, { url: ({ id }) => files.url({ id }, until) }) }
}
