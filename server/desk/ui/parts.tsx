import type { Part, PartOf, RatingScale } from '@hutong/core/parts'
import type { MessageRow } from '../model/rows.ts'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'
import { Markdown, Out, PlainText } from './rich-text.tsx'

/** Highest score of each scale, as it is told to people. */
const TOP: Readonly<Record<RatingScale, number>> = { csat: 5, nps: 10, ces: 7, solved: 1 }

interface PartProps<P extends Part> {
  part: P
  row: Pick<MessageRow, 'chosen' | 'answer' | 'rating'>
}

export function PartView({ part, row }: PartProps<Part>) {
  switch (part.kind) {
    case 'text':
      return (
        <div class="bubble text">
          {part.format === 'markdown' ? <Markdown text={part.text} /> : <PlainText text={part.text} />}
        </div>
      )
    case 'image':
      return <Image part={part} />
    case 'file':
      return <FileLink part={part} />
    case 'audio':
      return <Audio part={part} />
    case 'video':
      return <Video part={part} />
    case 'location':
      return <Location part={part} />
    case 'card':
      return <Card part={part} row={row} />
    case 'choices':
      return <Choices part={part} row={row} />
    case 'form':
      return <Form part={part} row={row} />
    case 'rating':
      return <Rating part={part} row={row} />
    case 'unsupported':
      return <Unsupported part={part} />
  }
}

function Image({ part }: { part: PartOf<'image'> }) {
  const { words } = useDesk()
  if (!part.url) return <FileLink part={{ ...part, kind: 'file' }} />
  const sized = part.width !== undefined && part.height !== undefined
  return (
    <div class="picture">
      <Out href={part.url} label={part.alt ? `${words.openImage}: ${part.alt}` : words.openImage}>
        <img
          src={part.url}
          alt={part.alt ?? ''}
          loading="lazy"
          {...(sized && { width: part.width, height: part.height })}
        />
      </Out>
    </div>
  )
}

function FileLink({ part }: { part: PartOf<'file'> }) {
  const { words, format } = useDesk()
  const name = part.name ?? words.file
  return (
    <div class="bubble file">
      <Icon name="file" />
      <span>
        {part.url ? <Download url={part.url} name={name} /> : name}
        {part.bytes !== undefined && <small>{format.bytes(part.bytes)}</small>}
      </span>
    </div>
  )
}

function Download({ url, name }: { url: string; name: string }) {
  const { words } = useDesk()
  return (
    <a href={url} download={name} target="_blank" rel="noopener noreferrer" aria-label={words.download(name)}>
      {name}
    </a>
  )
}

/** What the relay serves to be played in place; everything else, the AMR of WeChat before all, is there to be downloaded. */
const PLAYED: readonly string[] = ['audio/mpeg', 'audio/ogg', 'audio/mp4', 'audio/x-m4a', 'audio/wav', 'audio/webm']

function Audio({ part }: { part: PartOf<'audio'> }) {
  const { words } = useDesk()
  if (part.type !== undefined && !PLAYED.includes(part.type)) return <Recording part={part} />
  return (
    <div class="bubble media">
      <audio controls preload="none" src={part.url} aria-label={part.name ?? words.audio} />
      {part.transcript && <p class="quiet">{part.transcript}</p>}
    </div>
  )
}

/** A voice to be downloaded, with what was said in it as far as the platform heard it. */
function Recording({ part }: { part: PartOf<'audio'> }) {
  const { words, format } = useDesk()
  const { url, name = words.audio, bytes, transcript } = part
  return (
    <div class="bubble file recording">
      <Icon name="voice" />
      <span>
        {transcript && <span>{transcript}</span>}
        {url ? <Download url={url} name={name} /> : name}
        {bytes !== undefined && <small>{format.bytes(bytes)}</small>}
        <small>{words.notPlayable}</small>
      </span>
    </div>
  )
}

function Video({ part }: { part: PartOf<'video'> }) {
  const { words } = useDesk()
  return (
    <div class="picture">
      <video controls preload="metadata" src={part.url} poster={part.poster} aria-label={part.name ?? words.video} />
    </div>
  )
}

function Location({ part }: { part: PartOf<'location'> }) {
  const { words } = useDesk()
  const { latitude, longitude } = part
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`
  return (
    <div class="bubble file">
      <Icon name="pin" />
      <span>
        <span>{part.name ?? words.location}</span>
        {part.address && <small>{part.address}</small>}
        <Out href={map}>{words.map}</Out>
      </span>
    </div>
  )
}

/** What it says in words, and what it was. */
function Unsupported({ part: { native, text } }: { part: PartOf<'unsupported'> }) {
  const { words } = useDesk()
  return (
    <div class="bubble unsupported">
      {text.trim() !== '' && text !== `[${native}]` && <p>{text}</p>}
      <small class="quiet">{words.notShown(native)}</small>
    </div>
  )
}

function Card({ part, row }: PartProps<PartOf<'card'>>) {
  return (
    <div class="bubble card">
      {part.image && <img src={part.image} alt="" loading="lazy" />}
      <p class="heading">{part.url ? <Out href={part.url}>{part.title}</Out> : part.title}</p>
      {part.text && <p>{part.text}</p>}
      {part.buttons.length > 0 && (
        <ul class="chips">
          {part.buttons.map((one) =>
            one.kind === 'link' ? (
              <li key={one.url}>
                <Out href={one.url}>{one.label}</Out>
              </li>
            ) : (
              <Chip key={one.id} label={one.label} chosen={row.chosen === one.id} />
            ),
          )}
        </ul>
      )}
    </div>
  )
}

function Choices({ part, row }: PartProps<PartOf<'choices'>>) {
  return (
    <div class="bubble text">
      {part.text && <Markdown text={part.text} />}
      <ul class="chips">
        {part.options.map((one) => (
          <Chip key={one.id} label={one.label} chosen={row.chosen === one.id} />
        ))}
      </ul>
    </div>
  )
}

function Chip({ label, chosen }: { label: string; chosen: boolean }) {
  const { words } = useDesk()
  return (
    <li class={chosen ? 'chosen' : undefined}>
      {chosen && <Icon name="check" />}
      {label}
      {chosen && <span class="hidden"> ({words.picked})</span>}
    </li>
  )
}

function Form({ part, row }: PartProps<PartOf<'form'>>) {
  const { words } = useDesk()
  const { answer } = row
  return (
    <div class="bubble form">
      <p class="heading">
        <Icon name="note" /> {part.title ?? words.form}
      </p>
      <dl>
        {part.fields.map((field) => {
          const value = answer?.[field.name]
          const shown = field.options?.find((one) => one.id === value)?.label ?? value
          return (
            <div key={field.name}>
              <dt>{field.label}</dt>
              <dd class={shown ? undefined : 'quiet'}>{shown || '–'}</dd>
            </div>
          )
        })}
      </dl>
      <small>{answer ? words.answered : words.notAnsweredYet}</small>
    </div>
  )
}

function Rating({ part, row }: PartProps<PartOf<'rating'>>) {
  const { words } = useDesk()
  const { rating } = row
  return (
    <div class="bubble form">
      <p class="heading">{part.question ?? words.rating}</p>
      <small>{words.scales[part.scale]}</small>
      <p class={rating ? 'score' : 'quiet'}>
        {rating ? words.events.rated(scoreOf(rating, words.solved)) : words.notRatedYet}
      </p>
      {rating?.comment && <p>{rating.comment}</p>}
    </div>
  )
}

export function scoreOf(
  { scale, score }: { scale: RatingScale; score: number },
  solved: { yes: string; no: string },
): string {
  if (scale === 'solved') return score === 1 ? solved.yes : solved.no
  return `${score} / ${TOP[scale]}`
}
