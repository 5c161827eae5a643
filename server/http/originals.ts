import type { Adapter, Original } from '@hutong/core/adapter'
import type { Entry } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import type { Actor } from '../auth.ts'
import type { Files } from '../files.ts'
import type { Store } from '../stores/store.ts'
import type { Doors } from './doors.ts'
import { type Operation, operation } from './operation.ts'

interface OriginalOptions {
  store: Pick<Store, 'entries' | 'raw'>
  adapters: readonly Adapter[]
  files: Pick<Files, 'url'>
  doors: Doors
}

const tag = 'conversations'
const params = z.object({
  id: z
    .string()
    .max(64)
    .meta({ description: "The conversation's id", examples: ['v_Yx3nV8rJtq0aBd5fGk1wLQ'] }),
  seq: z.coerce.number().int().positive().describe('Of the entry'),
})
const original = z
  .object({
    subject: z.string().describe('Empty when it has none'),
    text: z.string().meta({ description: 'All of it as plain text' }),
    quoted: z.string().describe('What was cut off as quoted from earlier mails; empty when nothing was'),
    signature: z.string().describe('What was cut off as a signature; empty when nothing was'),
    html: z.boolean().meta({ description: 'Whether there is a page to show' }),
    remote: z.boolean().meta({ description: 'Whether that page has images from elsewhere' }),
  })
  .describe('A mail in full')
const summary = 'A mail as it came, quotes and signature included, while its raw payload is kept'

/** Messages as they came, with what was cut from them before they went into the log. */
export function originalOperations(options: OriginalOptions): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/v1/conversations/{id}/entries/{seq}/original',
      access: 'actor',
      id: 'getOriginal',
      tag,
      summary,
      params,
      answer: original,
      errors: ['not_found'],
      async handle({ actor, params }) {
        const { html, ...rest } = (await find(options, actor, { ...params, remote: false })).original
        return { ...rest, html: html !== undefined }
      },
    }),
    operation({
      method: 'get',
      path: '/v1/conversations/{id}/entries/{seq}/original.html',
      access: 'actor',
      id: 'getOriginalPage',
      tag,
      summary: `${summary}: the page its writer made, unable to do anything`,
      params,
      query: z.object({
        images: z
          .enum(['none', 'remote'])
          .default('none')
          .describe('`remote` loads pictures from elsewhere, which tells the writer that it was read'),
      }),
      answer: 'bytes',
      replies: {
        200: { description: 'A page that runs no script and loads nothing that was not asked for', media: 'text/html' },
      },
      errors: ['not_found'],
      async handle({ actor, params, query: { images } }) {
        const remote = images === 'remote'
        const { original, pictures } = await find(options, actor, { ...params, remote })
        const { html, text } = original
        const content = html ?? `<pre>${text.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'))}</pre>`
        return page(content, remote ? ['https:', 'http:', ...pictures] : pictures)
      },
    }),
  ]
}

interface Wanted {
  id: string
  seq: number
  remote: boolean
}

interface Found {
  original: Original
  /** From where the pictures come that are its own, as a policy says it. */
  pictures: string[]
}

/** Most entries that one message came in as, whose files are all its own. */
const ENTRIES_MAX = 10

async function find({ store, adapters, files, doors }: OriginalOptions, actor: Actor, wanted: Wanted): Promise<Found> {
  const { seq, remote } = wanted
  const { id } = await doors.conversation(actor, wanted.id)
  const entries = await store.entries(id, { after: seq - 1, limit: ENTRIES_MAX })
  const [entry] = entries
  const adapter = entry?.seq === seq ? adapters.find(({ channel }) => channel === entry.channel) : undefined
  const raw = adapter?.original && (await store.raw(id, seq))
  if (!adapter?.original || raw === undefined)
    throw new HutongError('not_found', 'nothing more than the log is kept of this message')
  const own = new Set(entries.filter(({ key }) => `${key}:`.startsWith(`${entry?.key}:`)).flatMap(picturesOf))
  const pictures = new Set<string>()
  const link = (file: string) => {
    if (!own.has(file)) return undefined
    const url = files.url({ id: file })
    pictures.add(url.startsWith('/') ? "'self'" : new URL(url).origin)
    return url
  }
  const original = adapter.original(raw, { remote, link })
  return { original, pictures: [...pictures] }
}

function picturesOf({ body }: Entry): string[] {
  if (body.kind !== 'message') return []
  return body.parts.flatMap((part) => (part.kind === 'image' && part.file !== undefined ? [part.file] : []))
}

/** A page of a stranger: no script runs, nothing is loaded but what was asked for, and only our own pages may frame it. */
function page(html: string, pictures: readonly string[]): Response {
  const images = pictures.length > 0 ? `img-src ${pictures.join(' ')}; ` : ''
  const policy = `default-src 'none'; ${images}style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox`
  const style = [
    'body{margin:12px;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}',
    'pre{white-space:pre-wrap}',
    'img{max-width:100%;height:auto}',
    'img:not([src]){color:#5a6170;font-size:13px}',
    'blockquote{margin:8px 0;padding-left:10px;border-left:3px solid #d0d5dd;color:#5a6170}',
  ].join('')
  const head = `<!doctype html><html><head><meta charset="utf-8"><title>Mail</title><style>${style}</style></head>`
  return new Response(`${head}<body>${html}</body></html>`, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'X-Frame-Options': 'SAMEORIGIN',
      'Cache-Control': 'no-store',
    },
  })
}
