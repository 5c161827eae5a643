import type { Host, StoredFile } from '@hutong/core/adapter'
import { ERRORS, HutongError, toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import { createBuckets, type Rate } from '@hutong/core/rate'
import type { Identities } from './identity.ts'
import type { FindSite, WebSite } from './site.ts'

export interface UploadsOptions {
  host: Host
  sites: FindSite
  identities: Identities
  rate: Rate
}

/** What an upload answers: a part to send as it is, and a link to show the file meanwhile. */
export interface Uploaded {
  part: Part
  url: string
}

const NAME_MAX = 255
/** What browsers show and cannot run; an SVG is a program and travels as a file. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']

/** Nobody is there any more to read it. */
const BROKEN_OFF = new HutongError('invalid', 'body: the upload was broken off; send the file again', { field: 'body' })

/** `POST /files` of visitors: the body is the file, the headers say whose it is and what it is called. */
export function registerUploads({ host, sites, identities, rate }: UploadsOptions): void {
  const buckets = createBuckets(rate, () => host.clock.now())

  async function take(request: Request): Promise<Uploaded> {
    const site = siteOf(request)
    if (!site) throw new HutongError('forbidden', 'x-hutong-site: no such site, or not from this origin')
    const { address } = await visitor(site, request)
    const wait = buckets.take(`${site.id}\n${address}`)
    if (wait > 0) throw new HutongError('throttled', `too many files; try again in ${wait} ms`, { retryAfter: wait })
    const file = await store(site, request, address)
    return { part: partOf(file), url: host.files.url(file) }
  }

  function siteOf(request: Request): WebSite | undefined {
    const origin = request.headers.get('origin')
    const site = sites(request.headers.get('x-hutong-site') ?? '')
    return site && (origin === null || site.origins.includes(origin)) ? site : undefined
  }

  function visitor(site: WebSite, request: Request): { address: string } | Promise<{ address: string }> {
    const jwt = request.headers.get('x-hutong-jwt')
    if (jwt !== null) return identities.fromJwt(site, jwt)
    return identities.fromToken(site, request.headers.get('x-hutong-token') ?? '')
  }

  async function store(site: WebSite, request: Request, owner: string): Promise<StoredFile> {
    const { maxBytes, types } = site.uploads
    if (Number(request.headers.get('content-length') ?? 0) > maxBytes)
      throw new HutongError('too_large', `the file is larger than ${maxBytes} bytes`)
    if (!request.body) throw new HutongError('invalid', 'body: the request carries no file', { field: 'body' })
    const claimed = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (claimed && !accepts(types, claimed) && claimed !== 'application/octet-stream')
      throw new HutongError('unsupported_type', `files of type ${claimed.slice(0, 127)} are not accepted here`)
    const file = await host.files.put(request.body, {
      site: site.id,
      name: nameOf(request),
      maxBytes,
      owner,
      ...(claimed && { type: claimed }),
    })
    if (accepts(types, file.type)) return file
    throw new HutongError('unsupported_type', `the content is ${file.type}, which is not accepted here`)
  }

  host.route('POST', '/files', async (request) => {
    const headers = siteOf(request) ? corsOf(request) : new Headers()
    try {
      return Response.json(await take(request), { status: 201, headers })
    } catch (problem) {
      const error = request.signal.aborted ? BROKEN_OFF : toHutongError(problem)
      if (error !== BROKEN_OFF && !(problem instanceof HutongError))
        host.logger.error({ err: problem }, 'an upload failed')
      if (error.retryAfter !== undefined) headers.set('retry-after', String(Math.ceil(error.retryAfter / 1000)))
      return Response.json({ error: error.toJSON() }, { status: ERRORS[error.code].status, headers })
    }
  })
  // A preflight says nothing of the site and allows nothing by itself: the POST it asks for is held against the site.
  host.route('OPTIONS', '/files', async (request) => new Response(null, { status: 204, headers: corsOf(request) }))
}

function corsOf(request: Request): Headers {
  const headers = new Headers({ vary: 'origin', 'cache-control': 'no-store' })
  const origin = request.headers.get('origin')
  if (origin === null) return headers
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-allow-methods', 'POST')
  headers.set(
    'access-control-allow-headers',
    'content-type, x-hutong-site, x-hutong-token, x-hutong-jwt, x-hutong-name',
  )
  headers.set('access-control-expose-headers', 'retry-after')
  headers.set('access-control-max-age', '7200')
  return headers
}

/** `image/*` accepts every image. */
function accepts(types: readonly string[], type: string): boolean {
  return types.some((one) => one === '*/*' || one === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))))
}

/** The name in `x-hutong-name`, percent-encoded UTF-8, without folders and control characters. */
function nameOf(request: Request): string {
  const sent = request.headers.get('x-hutong-name') ?? ''
  const name = decoded(sent).split(/[/\\]/).at(-1)?.replaceAll(/\p{C}/gu, '').trim() ?? ''
  return name === '' ? 'file' : name.slice(-NAME_MAX)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new HutongError('invalid', 'x-hutong-name: is not percent-encoded UTF-8', { field: 'x-hutong-name', cause })
  }
}

function partOf({ id, name, type, bytes }: StoredFile): Part {
  const medium = { file: id, name, type, bytes }
  if (PICTURES.includes(type)) return { kind: 'image', ...medium }
  if (type.startsWith('audio/')) return { kind: 'audio', ...medium }
  if (type.startsWith('video/')) return { kind: 'video', ...medium }
  return { kind: 'file', ...medium }
}
