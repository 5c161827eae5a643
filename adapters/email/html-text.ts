import { parseDocument } from 'htmlparser2'
import { modestHtml } from './modest-html.ts'

/** A line of a mail in HTML, and what its place in the markup says of it. */
export interface HtmlLine {
  text: string
  /** `quote`: somebody else's words. `wrote`: who they are. `original`: from here on nothing is the writer's. */
  mark?: 'quote' | 'wrote' | 'original' | 'device'
}

type Nodes = ReturnType<typeof parseDocument>['children']
type Node = Nodes[number]
type Tag = Extract<Node, { attribs: object }>

/** HTML as a person reads it. */
export function textOfHtml(html: string): string {
  return linesOfHtml(html)
    .map(({ text }) => text)
    .join('\n')
    .trim()
}

/** Quotes get the marks they would have in plain text. */
export function linesOfHtml(html: string): HtmlLine[] {
  const page: Page = { lines: [], open: '', quotes: 0, mark: undefined }
  for (const node of parseDocument(modestHtml(html)).children) put(node, page)
  flush(page)
  return page.lines.filter(
    ({ text, mark }, at) => text !== '' || mark === 'original' || page.lines[at - 1]?.text !== '',
  )
}

/** The page as it is read so far. */
interface Page {
  lines: HtmlLine[]
  /** The line that is being filled. */
  open: string
  quotes: number
  mark: HtmlLine['mark']
}

const SILENT = new Set([
  'script',
  'style',
  'head',
  'title',
  'meta',
  'link',
  'noscript',
  'template',
  'object',
  'iframe',
  'svg',
])
const BLOCKS = new Set(
  'address article aside blockquote center dd details dir div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section table tbody tfoot thead tr ul includetail'.split(
    ' ',
  ),
)
const SPACED = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'ul', 'ol', 'blockquote', 'pre', 'table'])
/** A line that goes on for longer is broken: each piece of it is looked at together with what stands before it. */
const LINE_MAX = 8_000
/** Most quote marks before a line. */
const MARKS_MAX = 50

function put(node: Node, page: Page): void {
  if (node.type === 'text') {
    write(page, node.data)
    return
  }
  if (!('attribs' in node)) return
  if (SILENT.has(node.name) || isHidden(node)) return
  if (node.name === 'br') breakLine(page)
  else if (node.name === 'hr') rule(page)
  else if (node.name === 'img') return
  else element(node, page)
}

function element(node: Tag, page: Page): void {
  const block = BLOCKS.has(node.name)
  const mark = page.mark ?? markOf(node)
  if (block || mark !== page.mark) flush(page)
  if (mark === 'original' && page.mark === undefined) page.lines.push({ text: '', mark })
  const before = { quotes: page.quotes, mark: page.mark }
  if (SPACED.has(node.name)) blank(page)
  if (node.name === 'blockquote') page.quotes += 1
  page.mark = node.name === 'blockquote' && mark === undefined ? 'quote' : mark
  if (node.name === 'li') page.open = '• '
  if (node.name === 'td' || node.name === 'th') page.open = page.open === '' ? '' : `${page.open} `
  if (node.name === 'pre') preformatted(node, page)
  else for (const child of node.children) put(child, page)
  if (node.name === 'a') link(node, page)
  if (block || mark !== before.mark) flush(page)
  Object.assign(page, before)
  if (SPACED.has(node.name)) blank(page)
}

function preformatted(node: Tag, page: Page): void {
  for (const child of node.children)
    if (child.type === 'text')
      for (const [index, line] of child.data.split('\n').entries()) {
        if (index > 0) breakLine(page)
        page.open += line
      }
    else put(child, page)
}

function write(page: Page, data: string): void {
  const text = data.replace(/[\s\u00a0]+/g, ' ')
  if (page.open.length > LINE_MAX) breakLine(page)
  page.open += page.open === '' || page.open.endsWith(' ') ? text.replace(/^ /, '') : text
}

/** The address of a link that its words do not show. */
function link({ attribs }: Tag, page: Page): void {
  const href = attribs.href ?? ''
  if (!/^https?:\/\//i.test(href) || href.length > 500) return
  const bare = href.replace(/^https?:\/\/(?:www\.)?/i, '').replace(/\/$/, '')
  if (!page.open.includes(bare)) page.open = `${page.open.trimEnd()} <${href}>`
}

function flush(page: Page): void {
  if (page.open.trim() !== '') breakLine(page)
  page.open = ''
}

function breakLine(page: Page): void {
  const marks = '>'.repeat(Math.min(page.quotes, MARKS_MAX))
  const said = page.open.trimEnd()
  const text = marks === '' ? said : `${marks} ${said}`.trimEnd()
  page.lines.push(page.mark === undefined ? { text } : { text, mark: page.mark })
  page.open = ''
}

function blank(page: Page): void {
  if (page.lines.length > 0 && page.lines.at(-1)?.text !== '') breakLine(page)
}

function rule(page: Page): void {
  flush(page)
  page.open = '___'
  breakLine(page)
}

function isHidden({ attribs }: Tag): boolean {
  return 'hidden' in attribs || /display\s*:\s*none|mso-hide\s*:\s*all/i.test(attribs.style ?? '')
}

const QUOTE_CLASSES =
  /(?:^|\s)(?:yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|ntes-mailmaster-quote|ntes_quote|moz-forward-container|mailmaster-quote|xmail_quote|xm_compose_origin_mail_container|qmbox_origin|foxmail_original|hey-quoted|ox-quote|aolmail_replytext|mail-quote-collapse|quoted-text)(?:\s|$)/i
const WROTE_CLASSES =
  /(?:^|\s)(?:gmail_attr|moz-cite-prefix|yahoo_quoted_header|protonmail_quote_header|zmail_extra_hr)(?:\s|$)/i
const SIGNATURE =
  /(?:^|\s)(?:gmail_signature|moz-signature|ntes-mailmaster-sign|mailmaster-signature|ms-outlook-mobile-signature|protonmail_signature_block|xmail_sign|xm_signature|ne-quoted-signature|foxmail_sign)(?:\s|$)/i
const ORIGINAL_IDS =
  /^(?:divRplyFwdMsg|x_divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|reply-intro|FMOriginalContent|FMOrginalContent|origbody|isForwardContent|QQMailOrginal|ori_mail_content)$/i
const QUOTE_IDS = /^(?:isReplyContent|replyContent|ntes-pcmac-reply|QQMailOriginal|yahoo_quoted_\w+)$/i
const SIGNATURE_IDS =
  /^(?:Signature|x_Signature|ms-outlook-mobile-signature|ntes-pcmail-signature|FMSigSeperator|signature-container|signContainer|spnEditorSign)$/i

function markOf({ name, attribs }: Tag): HtmlLine['mark'] {
  const named = attribs.class ?? ''
  const id = attribs.id ?? ''
  if (name === 'includetail' || ORIGINAL_IDS.test(id) || isOutlookRule(attribs.style ?? '')) return 'original'
  if (/OutlookMessageHeader/i.test(named)) return 'original'
  if (WROTE_CLASSES.test(named)) return 'wrote'
  if (QUOTE_CLASSES.test(named) || QUOTE_IDS.test(id)) return 'quote'
  if (
    name === 'signature' ||
    SIGNATURE.test(named) ||
    SIGNATURE_IDS.test(id) ||
    attribs['data-smartmail'] === 'gmail_signature'
  )
    return 'device'
  return undefined
}

/** The thin line that Outlook and programs like it draw above copied headers. */
function isOutlookRule(style: string): boolean {
  return /border-top\s*:\s*(?:solid\s+(?:#?(?:E1E1E1|B5C4DF|b5c4df))|(?:#?(?:E1E1E1|B5C4DF))\s+(?:[\d.]+p[tx]\s+)?solid)/i.test(
    style,
  )
}

/** RFC 3676: soft breaks undone, stuffed spaces removed; the signature mark and quote depths end a paragraph. */
export function unfold(text: string, deleteSpace: boolean): string {
  const lines: string[] = []
  let open: string | undefined
  for (const raw of text.split('\n')) {
    const [, marks = '', content = ''] = /^(>*)(.*)$/s.exec(raw) ?? []
    const line = content.startsWith(' ') ? content.slice(1) : content
    const soft = line.endsWith(' ') && line !== '-- '
    const joins = open === marks && line !== '-- '
    const said = soft && deleteSpace ? line.slice(0, -1) : line
    if (joins) lines[lines.length - 1] += said
    else lines.push(marks === '' ? said : `${marks} ${said}`)
    open = soft ? marks : undefined
  }
  return lines.join('\n')
}
