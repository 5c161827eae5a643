import type { Part } from '@hutong/core/parts'
import type { MessageItem } from '../chat.ts'
import { AskRating } from './ask-rating.tsx'
import { Card, Choices } from './choices.tsx'
import { Quote, Reactions } from './extras.tsx'
import { Form } from './form.tsx'
import { Growing, Markdown } from './markdown.tsx'
import { AudioView, FileView, ImageView, LocationView, VideoView } from './media.tsx'
import { usePartWords } from './part-words.ts'
import { Rating } from './rating.tsx'
import { useScope } from './scope.ts'
import parts from './styles/parts.css?inline'
import questions from './styles/questions.css?inline'
import { extendSheet } from './styles.ts'
import { SystemLine } from './system-line.tsx'

extendSheet(parts + questions)

export { AskRating, Growing, Quote, Reactions, SystemLine }

export interface PartProps<P extends Part = Part> {
  part: P
  item: MessageItem
}

/** Every kind of part but plain text. */
export function RichPart({ part, item }: PartProps) {
  switch (part.kind) {
    case 'text':
      return (
        <div class="bubble">
          <Markdown text={part.text} />
        </div>
      )
    case 'image':
      return <ImageView part={part} item={item} />
    case 'file':
      return <FileView part={part} item={item} />
    case 'audio':
      return <AudioView part={part} item={item} />
    case 'video':
      return <VideoView part={part} item={item} />
    case 'location':
      return <LocationView part={part} item={item} />
    case 'card':
      return <Card part={part} item={item} />
    case 'choices':
      return <Choices part={part} item={item} />
    case 'form':
      return <Form part={part} item={item} />
    case 'rating':
      return <RatingPart part={part} item={item} />
    case 'unsupported':
      return <div class="bubble quiet">{part.text}</div>
  }
}

function RatingPart({ part, item }: PartProps<Extract<Part, { kind: 'rating' }>>) {
  const { chat } = useScope()
  const words = usePartWords()
  const { scale } = part
  const { seq } = item
  return (
    <div class="bubble box">
      <Rating
        scale={scale}
        question={part.question ?? words.questions[scale]}
        rated={item.rated}
        onRate={(score) => seq !== undefined && chat.rate({ scale, score, of: seq })}
      />
    </div>
  )
}
