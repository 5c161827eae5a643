import { usePartWords } from './part-words.ts'
import { Rating } from './rating.tsx'
import { type Scope, useScope } from './scope.ts'

/** Asks how an ended conversation was, unless somebody has asked in the log. */
export function AskRating() {
  const scope = useScope()
  const { chat } = scope
  const { rateUs } = usePartWords()
  if (wasAsked(scope)) return null
  return <Rating scale="csat" question={rateUs} onRate={(score) => chat.rate({ scale: 'csat', score })} />
}

/** Whether a rating was asked for or given since the visitor last wrote. */
function wasAsked({ chat }: Scope): boolean {
  const items = chat.items.value
  const asked = items.findLastIndex((one) =>
    one.kind === 'system' ? one.body.kind === 'rating' : one.parts.some((part) => part.kind === 'rating'),
  )
  return asked > items.findLastIndex((one) => one.kind === 'message' && one.mine)
}
