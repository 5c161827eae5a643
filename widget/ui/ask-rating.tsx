import { Rating } from './rating.tsx'
import { type Scope, useScope } from './scope.ts'

/** Asks how an ended conversation was, until it is rated. */
export function AskRating() {
  const scope = useScope()
  const { chat, locale } = scope
  if (hasRated(scope)) return null
  return <Rating scale="csat" question={locale.words.rateUs} onRate={(score) => chat.rate({ scale: 'csat', score })} />
}

/** Whether this conversation was rated since it was last opened. */
function hasRated({ chat }: Scope): boolean {
  const items = chat.items.value
  const rated = items.findLastIndex(
    (one) =>
      (one.kind === 'system' && one.body.kind === 'rating') || (one.kind === 'message' && one.rated !== undefined),
  )
  const opened = items.findLastIndex((one) => one.kind === 'message' && one.mine)
  return rated > opened
}
