import sanitizeHtml from 'sanitize-html'
import { modestHtml } from './modest-html.ts'

export interface Picturing {
  /** The link of an image that travelled inside the mail, by its Content-ID without angle brackets. */
  inline(contentId: string): string | undefined
  /** Whether the reader asked for images from elsewhere; without, their senders learn nothing of who reads. */
  remote: boolean
}

/**
 * HTML of a stranger as markup that can do nothing: no scripts, frames, forms, styles that load, ids or classes. Images from
 * elsewhere lose their source, which stays in `data-remote-src` until they are asked for.
 */
export function safeHtml(html: string, picturing: Picturing): string {
  return sanitizeHtml(modestHtml(html), {
    allowedTags: TAGS,
    allowedAttributes: {
      a: ['href', 'title', 'target', 'rel'],
      img: ['src', 'alt', 'width', 'height', 'title', 'data-remote-src'],
      td: ['colspan', 'rowspan', 'align', 'valign', 'width'],
      th: ['colspan', 'rowspan', 'align', 'valign', 'width'],
      table: ['width', 'border', 'cellpadding', 'cellspacing', 'align'],
      '*': ['style', 'dir', 'lang'],
    },
    allowedStyles: { '*': STYLES },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['http', 'https'] },
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'template', 'xmp', 'svg', 'math'],
    nestingLimit: 200,
    transformTags: {
      a: (tagName, attribs) => ({
        tagName,
        attribs: { ...attribs, target: '_blank', rel: 'noopener noreferrer nofollow' },
      }),
      img: (tagName, attribs) => ({ tagName, attribs: pictured(attribs, picturing) }),
    },
  })
}

function pictured(attribs: Readonly<Record<string, string>>, { inline, remote }: Picturing): Record<string, string> {
  const { src = '', 'data-remote-src': _, ...rest } = attribs
  const source = src.trim()
  const [, contentId] = /^cid:(.+)$/is.exec(source) ?? []
  if (contentId !== undefined) {
    const found = inline(contentId) ?? inline(percentDecoded(contentId))
    return found === undefined ? rest : { ...rest, src: found }
  }
  if (!/^https?:\/\//i.test(source)) return rest
  return remote ? { ...rest, src: source } : { ...rest, 'data-remote-src': source }
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const TAGS =
  'a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul wbr'.split(
    ' ',
  )

const COLOUR = /^(?:#[0-9a-f]{3,8}|[a-z]{3,24}|rgba?\([\d.,\s%]{3,40}\))$/i
const LENGTH =
  /^(?:-?[\d.]{1,8}(?:px|pt|em|rem|%|ex|cm|mm|in)?|auto|normal|inherit)(?:\s+-?[\d.]{1,8}(?:px|pt|em|rem|%)?){0,3}$/i
const WORD = /^[a-z -]{1,40}$/i
const STYLES: Record<string, RegExp[]> = {
  color: [COLOUR],
  'background-color': [COLOUR],
  'font-family': [/^[\w\s,'"\p{L}-]{1,200}$/u],
  'font-size': [LENGTH, WORD],
  'font-weight': [WORD, /^\d{3}$/],
  'font-style': [WORD],
  'text-align': [WORD],
  'text-decoration': [WORD],
  'text-indent': [LENGTH],
  'line-height': [LENGTH],
  'vertical-align': [WORD, LENGTH],
  'white-space': [WORD],
  margin: [LENGTH],
  'margin-left': [LENGTH],
  'margin-top': [LENGTH],
  'margin-bottom': [LENGTH],
  padding: [LENGTH],
  'padding-left': [LENGTH],
  width: [LENGTH],
  'max-width': [LENGTH],
  height: [LENGTH],
  'border-collapse': [WORD],
  border: [/^[\d.]{1,4}(?:px|pt)?\s+\w+\s+(?:#[0-9a-f]{3,8}|\w{3,24})$/i, /^(?:0|none)$/],
}
