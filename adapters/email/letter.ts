import type { Part, PartOf } from '@hutong/core/parts'

export interface Envelope {
  /** Subject of the thread, or undefined for a new one. */
  subject: string | undefined
  /** What a mail is called that no thread names: the site's title. */
  title: string
  /** Where answers go: the mailbox or its plus-address. */
  replyAddress: string
  /** What the text offers as lines "1. Label": in HTML these lines become links that answer with the number. */
  options: readonly { number: number; label: string }[]
}

/** The content of one outgoing mail. Images in storage are shown by `cid:`, see `contentIdOf`. */
export interface Letter {
  subject: string
  text: string
  html: string
}

/** Longest subject that is written. */
const SUBJECT_MAX = 200

/** The Content-ID, without angle brackets, that an image of our storage travels under. */
export function contentIdOf(file: string): string {
  return `${file}@hutong`
}

/** One mail of these parts: text and HTML say the same, styles are inlined, nothing is loaded from elsewhere. */
export function encode(parts: readonly Part[], envelope: Envelope): Letter {
  const subject = subjectOf(envelope)
  const body = parts.map((one) => partHtml(one, { ...envelope, subject })).join('\n')
  const text = parts
    .map(partText)
    .filter((one) => one !== '')
    .join('\n\n')
  return {
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html><head><meta charset="utf-8"></head>\n<body style="${BODY}">\n${body}\n</body></html>\n`,
  }
}

const BODY =
  "margin:0;padding:16px;font:15px/1.6 -apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif"
const PARAGRAPH = 'margin:0 0 12px'
const BUTTON = 'display:inline-block;margin:0 8px 8px 0;padding:6px 14px;border:1px solid #8a8a8a;border-radius:6px'

function subjectOf({ subject, title }: Envelope): string {
  const said = (subject ?? '').replace(/\p{Cc}+/gu, ' ').trim()
  if (said === '') return title.replace(/\p{Cc}+/gu, ' ').slice(0, SUBJECT_MAX)
  const answers = /^(?:re|aw|sv|antw|回复|回覆|答复)\s*(?:\[\d+\])?\s*[:：]/i.test(said)
  return (answers ? said : `Re: ${said}`).slice(0, SUBJECT_MAX)
}

type Written = Envelope & { subject: string }

function partText(one: Part): string {
  switch (one.kind) {
    case 'text':
      return one.text
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
      return [`[${called(one)}]`, one.file === undefined ? one.url : undefined, saidIn(one)].filter(Boolean).join('\n')
    case 'location':
      return [one.name, one.address, mapLink(one)].filter(Boolean).join('\n')
    case 'card': {
      const buttons = one.buttons.map((button) =>
        button.kind === 'link' ? `${button.label}: ${button.url}` : `• ${button.label}`,
      )
      return [one.title, one.text, one.url, ...buttons].filter(Boolean).join('\n')
    }
    case 'choices':
      return [one.text, ...one.options.map(({ label }, at) => `${at + 1}. ${label}`)].filter(Boolean).join('\n')
    case 'form':
      return [one.title, ...one.fields.map(({ label }) => `${label}:`)].filter(Boolean).join('\n')
    case 'rating':
      return one.question ?? one.scale
    case 'unsupported':
      return one.text
  }
}

function partHtml(one: Part, written: Written): string {
  switch (one.kind) {
    case 'image':
      return one.file === undefined
        ? linked(called(one), one.url ?? '')
        : `<p style="${PARAGRAPH}"><img src="cid:${escaped(contentIdOf(one.file))}" alt="${escaped(one.alt ?? one.name ?? '')}" style="max-width:100%;height:auto"></p>`
    case 'file':
    case 'audio':
    case 'video':
      return one.file === undefined ? linked(called(one), one.url ?? '') : paragraphs(partText(one), written)
    case 'location':
      return linked([one.name, one.address].filter(Boolean).join(', ') || '📍', mapLink(one))
    case 'card':
      return cardHtml(one, written)
    case 'choices': {
      const intro = one.text === undefined ? '' : paragraphs(one.text, written)
      const links = one.options.map(({ label }, at) => answerLink({ number: at + 1, label }, written))
      return `${intro}\n<p style="${PARAGRAPH}">${links.join('\n')}</p>`
    }
    case 'text':
      return paragraphs(one.text, written, one.format === 'markdown')
    case 'form':
    case 'rating':
    case 'unsupported':
      return paragraphs(partText(one), written)
  }
}

function cardHtml(one: PartOf<'card'>, written: Written): string {
  const title = `<strong>${escaped(one.title)}</strong>`
  const head = one.url === undefined ? title : `<a href="${escaped(one.url)}">${title}</a>`
  const buttons = one.buttons.map((button, at) =>
    button.kind === 'link'
      ? `<a href="${escaped(button.url)}" style="${BUTTON}">${escaped(button.label)}</a>`
      : answerLink({ number: at + 1, label: button.label }, written),
  )
  return [
    `<p style="${PARAGRAPH}">${head}</p>`,
    one.text === undefined ? '' : paragraphs(one.text, written),
    buttons.length === 0 ? '' : `<p style="${PARAGRAPH}">${buttons.join('\n')}</p>`,
  ].join('\n')
}

function called(one: PartOf<'image' | 'file' | 'audio' | 'video'>): string {
  return one.name ?? (one.kind === 'image' ? one.alt : undefined) ?? one.type ?? one.kind
}

function saidIn(one: Part): string | undefined {
  return one.kind === 'audio' ? one.transcript : undefined
}

function mapLink({ latitude, longitude }: PartOf<'location'>): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`
}

function linked(label: string, url: string): string {
  return `<p style="${PARAGRAPH}"><a href="${escaped(url)}">${escaped(label)}</a></p>`
}

/** A mail to us that says the number; it travels in the thread because its subject and address are ours. */
function answerLink({ number, label }: { number: number; label: string }, { replyAddress, subject }: Written): string {
  const query = `subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(`${number}. ${label}`)}`
  const address = encodeURIComponent(replyAddress).replace('%40', '@')
  return `<a href="mailto:${escaped(`${address}?${query}`)}" style="${BUTTON}">${number}. ${escaped(label)}</a>`
}

function paragraphs(text: string, written: Written, markdown = false): string {
  return text
    .split(/\n{2,}/)
    .map((block) => {
      const lines = block.split('\n').map((line) => lineHtml(line, written, markdown))
      return `<p style="${PARAGRAPH}">${lines.join('<br>\n')}</p>`
    })
    .join('\n')
}

function lineHtml(line: string, written: Written, markdown: boolean): string {
  const [, number = '', rest = ''] = /^(\d{1,3})\. (.+)$/.exec(line) ?? []
  const option = written.options.find((one) => String(one.number) === number && rest.startsWith(one.label))
  if (option) return answerLink(option, written)
  const spaced = line.replace(/^ +/, (spaces) => '\u00a0'.repeat(spaces.length))
  return markdown ? marked(spaced) : withLinks(spaced)
}

function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"'，。；、）】]+)/)
    .map((piece, at) => (at % 2 === 1 ? `<a href="${escaped(piece)}">${escaped(piece)}</a>` : escaped(piece)))
    .join('')
}

const MARKED = /(\*\*[^*]+\*\*|`[^`]+`|\[[^\]]+\]\((?:https?:\/\/|mailto:|tel:)[^\s)]+\))/

/** The marks people use in messages: strong, code, links, headings. Anything else stays as it is written. */
function marked(line: string): string {
  const [, heading] = /^#{1,6}\s+(.+)$/.exec(line) ?? []
  const html = (heading ?? line)
    .split(MARKED)
    .map((piece, at) => (at % 2 === 1 ? markedPiece(piece) : withLinks(piece)))
    .join('')
  return heading === undefined ? html : `<strong>${html}</strong>`
}

function markedPiece(piece: string): string {
  if (piece.startsWith('**')) return `<strong>${escaped(piece.slice(2, -2))}</strong>`
  if (piece.startsWith('`')) return `<code>${escaped(piece.slice(1, -1))}</code>`
  const [, label = '', url = ''] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(piece) ?? []
  return `<a href="${escaped(url)}">${escaped(label)}</a>`
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
