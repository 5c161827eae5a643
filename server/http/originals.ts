import type { Adapter, Original } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import type { Actor } from '../auth.ts'
import type { Store } from '../stores/store.ts'
import type { Doors } from './doors.ts'
import { type Operation, operation } from './operation.ts'

interface OriginalOptions {
  store: Pick<Store, 'entries' | 'raw'>
  adapters: readonly Adapter[]
  doors: Doors
}

const tag = 'conversations'
const params = z.object({
  id: z.string().max(64).meta({ description: "The conversation's id" }),
  seq: z.coerce.number().int().positive(),
})
const original = z.object({
  subject: z.string(),
  text: z.string().meta({ description: 'All of it as plain text' }),
  quoted: z.string(),
  signature: z.string(),
  html: z.boolean().meta({ description: 'Whether there is a page to show' }),
  remote: z.boolean().meta({ description: 'Whether that page has images from elsewhere' }),
})
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
        const { html, ...rest } = await find(options, actor, { ...params, remote: false })
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
      query: z.object({ images: z.enum(['none', 'remote']).default('none') }),
      answer: 'bytes',
      errors: ['not_found'],
      async handle({ actor, params, query: { images } }) {
        const remote = images === 'remote'
        const { html, text } = await find(options, actor, { ...params, remote })
        return page(html ?? `<pre>${text.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'))}</pre>`, remote)
      },
    }),
  ]
}

interface Wanted {
  id: string
  seq: number
  remote: boolean
}

async function find({ store, adapters, doors }: OriginalOptions, actor: Actor, wanted: Wanted): Promise<Original> {
  const { seq, remote } = wanted
  const { id } = await doors.conversation(actor, wanted.id)
  const [entry] = await store.entries(id, { after: seq - 1, limit: 1 })
  const adapter = entry?.seq === seq ? adapters.find(({ channel }) => channel === entry.channel) : undefined
  const raw = adapter?.original && (await store.raw(id, seq))
  if (!adapter?.original || raw === undefined)
    throw new HutongError('not_found', 'nothing more than the log is kept of this message')
  return adapter.original(raw, { remote })
}

/** A page of a stranger: no script runs, nothing is loaded but what was asked for, and only our own pages may frame it. */
function page(html: string, remote: boolean): Response {
  const images = remote ? 'img-src https: http:; ' : ''
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
