import type { PartOf } from '@hutong/core/parts'
import { useState } from 'preact/hooks'
import { formatBytes } from './bytes.ts'
import { FILE, Icon, PIN } from './icons.tsx'
import { Out } from './links.tsx'
import { usePartWords } from './part-words.ts'
import type { PartProps } from './rich-parts.tsx'
import { useScope } from './scope.ts'

/** Circumference of the ring in its own units. */
const RING = 2 * Math.PI * 9

/** How far the upload is, with its cancel in the middle. */
function Progress({ item }: Pick<PartProps, 'item'>) {
  const { uploads, chat } = useScope()
  const partWords = usePartWords()
  if (item.state !== 'uploading') return null
  const percent = Math.round((item.progress ?? 0) * 100)
  return (
    <button
      type="button"
      class="progress"
      aria-label={`${partWords.cancel} (${percent} %)`}
      onClick={() => (uploads.get(item.key) ?? (() => chat.discard(item.key)))()}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="9" />
        <circle class="done" cx="12" cy="12" r="9" stroke-dasharray={`${(RING * percent) / 100} ${RING}`} />
        <path d="M9.5 9.5l5 5M14.5 9.5l-5 5" />
      </svg>
    </button>
  )
}

export function ImageView({ part, item }: PartProps<PartOf<'image'>>) {
  const partWords = usePartWords()
  const [isBroken, setBroken] = useState(false)
  const { width, height, url } = part
  if (!url || isBroken) return <FileView part={{ ...part, kind: 'file' }} item={item} />
  const sized = width !== undefined && height !== undefined
  return (
    <div class="picture">
      <Out href={url} aria-label={`${partWords.openImage}${part.alt ? `: ${part.alt}` : ''}`}>
        <img
          class={sized ? '' : 'unsized'}
          src={url}
          alt={part.alt ?? ''}
          loading="lazy"
          onError={() => setBroken(true)}
          {...(sized && { width, height })}
        />
      </Out>
      <Progress item={item} />
    </div>
  )
}

export function FileView({ part, item }: PartProps<PartOf<'file'>>) {
  const { tag, words } = useScope().locale
  const partWords = usePartWords()
  const name = part.name ?? words.kinds.file
  return (
    <div class="bubble file">
      {item.state === 'uploading' ? <Progress item={item} /> : <Icon path={FILE} />}
      <span class="file-text">
        {part.url ? (
          <a
            href={part.url}
            download={name}
            target="_blank"
            rel="noopener noreferrer"
            aria-label={partWords.download(name)}
          >
            {name}
          </a>
        ) : (
          <span>{name}</span>
        )}
        {part.bytes !== undefined && <small>{formatBytes(part.bytes, tag)}</small>}
      </span>
    </div>
  )
}

export function AudioView({ part, item }: PartProps<PartOf<'audio'>>) {
  const {
    locale: { words },
  } = useScope()
  return (
    <div class="bubble media">
      <audio controls preload="none" src={part.url} aria-label={words.kinds.audio} />
      <Progress item={item} />
      {part.transcript && <p>{part.transcript}</p>}
    </div>
  )
}

export function VideoView({ part, item }: PartProps<PartOf<'video'>>) {
  const {
    locale: { words },
  } = useScope()
  return (
    <div class="picture">
      <video
        controls
        preload="metadata"
        src={part.url}
        poster={part.poster}
        aria-label={part.name ?? words.kinds.video}
      />
      <Progress item={item} />
    </div>
  )
}

export function LocationView({ part }: PartProps<PartOf<'location'>>) {
  const {
    locale: { words },
  } = useScope()
  const partWords = usePartWords()
  const { latitude, longitude } = part
  return (
    <div class="bubble file">
      <Icon path={PIN} />
      <span class="file-text">
        <span>{part.name ?? words.kinds.location}</span>
        {part.address && <small>{part.address}</small>}
        <Out href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}>
          {partWords.map}
        </Out>
      </span>
    </div>
  )
}
