import type { Part } from '@hutong/core/parts'
import type { MessageItem } from '../chat.ts'
import { PlainText } from './links.tsx'
import { plainText } from './plain-text.ts'
import { useRichParts } from './rich.ts'
import { useScope } from './scope.ts'

/** Plain text is drawn at once; until the code for everything else has come, its words stand there alone. */
export function PartView({ part, item }: { part: Part; item: MessageItem }) {
  const { words } = useScope().locale
  const isPlain = part.kind === 'text' && part.format === 'plain'
  const rich = useRichParts(!isPlain)
  if (!isPlain && rich) return <rich.RichPart part={part} item={item} />
  return (
    <div class="bubble">
      <PlainText text={isPlain ? part.text : plainText([part], words)} />
    </div>
  )
}
