import type { StoredFile } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { part } from '@hutong/core/parts'
import { z } from 'zod'
import { type Files, partOf } from '../files.ts'
import { showsInline } from '../media-type.ts'
import type { Doors } from './doors.ts'
import { type Operation, operation } from './operation.ts'

interface FileOptions {
  files: Files
  doors: Doors
  now: () => number
}

const tag = 'files'

const ofFile = z.object({
  ETag: z.string().describe('Never changes: neither does the file'),
  'Accept-Ranges': z.literal('bytes').describe('Parts may be asked for by `Range`'),
  'Cache-Control': z.string().describe('Good until the link ends'),
  'Content-Disposition': z
    .string()
    .describe('`inline` for what browsers show safely, else `attachment`; with the name'),
})
const ofRange = ofFile.extend({
  'Content-Range': z
    .string()
    .meta({ description: 'Which bytes of how many', examples: ['bytes 0-1023/4096', 'bytes */4096'] }),
})

const stored = z
  .object({
    part: part.describe('To be put into `parts` of a message as it is'),
    url: z.string().meta({ description: 'A link to show the file meanwhile' }),
  })
  .describe('The file is stored')
const asked = z.object({
  Range: z
    .string()
    .optional()
    .meta({
      description: 'One range of bytes; others are ignored, and all of it is sent',
      examples: ['bytes=0-1023'],
    }),
  'If-None-Match': z.string().optional().describe('The `ETag` of what you have'),
})

export function fileOperations({ files, doors, now }: FileOptions): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/v1/files',
      access: 'actor',
      id: 'uploadFile',
      tag,
      summary: 'Stores the body as a file and answers the part to send in a message',
      query: z.object({
        conversation: z.string().max(64).meta({ description: 'The conversation it is for; its site sets the limits' }),
        name: z.string().min(1).max(1_024).default('file').meta({ description: 'The name readers see' }),
      }),
      body: 'stream',
      answer: stored,
      errors: ['not_found', 'too_large', 'unsupported_type'],
      async handle({ actor, query, request }) {
        const { site } = await doors.conversation(actor, query.conversation)
        if (request.body === null) throw new HutongError('invalid', 'the body: must be the file', { field: 'file' })
        const type = request.headers.get('content-type')
        const file = await files.put(request.body, {
          site,
          name: query.name,
          owner: `${actor.kind}/${actor.id}`,
          ...(type === null ? {} : { type }),
        })
        return { part: partOf(file), url: files.url(file) }
      },
    }),
    operation({
      method: 'get',
      path: '/files/{id}',
      access: 'public',
      id: 'getFile',
      tag,
      summary: "A file's content, by the signed link found in a part; ranges work",
      params: z.object({ id: z.string().max(64).describe("The file's id") }),
      query: z.object({
        e: z.string().max(20).optional().meta({ description: 'When the link ends, in milliseconds' }),
        s: z.string().max(64).optional().meta({ description: 'The signature' }),
      }),
      headers: asked,
      answer: 'bytes',
      replies: {
        200: { description: 'The whole file', headers: ofFile, media: '*/*' },
        206: { description: 'The range asked for', headers: ofRange, media: '*/*' },
        304: { description: 'What you have is the same', headers: ofFile },
        416: { description: 'The file has no such bytes', headers: ofRange },
      },
      errors: ['forbidden', 'not_found'],
      async handle({ params: { id }, query, request }) {
        const until = files.verify(id, { e: query.e, s: query.s })
        if (until === undefined) throw new HutongError('forbidden', 'this link is not valid, or no longer')
        const file = await files.about(id)
        if (file === undefined) throw new HutongError('not_found', 'no such file')
        return serve(files, file, { request, cacheFor: Math.floor((until - now()) / 1_000) })
      },
    }),
  ]
}

function serve(
  files: Files,
  file: StoredFile,
  { request, cacheFor }: { request: Request; cacheFor: number },
): Response {
  const inline = showsInline(file.type)
  const headers = new Headers({
    'Content-Type': inline ? file.type : 'application/octet-stream',
    'Content-Disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${rfc8187(file.name)}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': `private, max-age=${cacheFor}, immutable`,
    'Accept-Ranges': 'bytes',
    ETag: `"${file.id}"`,
  })
  if (request.headers.get('if-none-match') === headers.get('etag')) return new Response(null, { status: 304, headers })
  const range = readRange(request.headers.get('range'), file.bytes)
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${file.bytes}`)
    return new Response(null, { status: 416, headers })
  }
  const { start, end } = range ?? { start: 0, end: file.bytes - 1 }
  headers.set('Content-Length', String(end - start + 1))
  if (range !== undefined) headers.set('Content-Range', `bytes ${start}-${end}/${file.bytes}`)
  const content = request.method === 'HEAD' ? null : files.slice(file.id, { start, end })
  return new Response(content, { status: range === undefined ? 200 : 206, headers })
}

/** One range of bytes; a header that asks for several, or for nothing known, is ignored as RFC 9110 allows. */
function readRange(header: string | null, bytes: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (first !== '' && last !== '' && Number(last) < start) return
  return start > end ? 'unsatisfiable' : { start, end }
}

function rfc8187(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
