import { type ErrorCode, HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { type Actor, type Auth, SESSION_COOKIE } from '../auth.ts'

/** One route of the REST interface: its description and its code, so that neither can be without the other. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With parameters in braces, as OpenAPI writes it. */
  readonly path: `/${string}`
  /** Who may ask: anybody, whoever has credentials, or an administrator's token. */
  readonly access: 'public' | 'actor' | 'admin'
  readonly id: string
  readonly tag: string
  readonly summary: string
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  /** Headers that clients may send, for the description: `handle` reads them itself. */
  readonly headers: z.ZodObject
  /** Absent when there is none; `stream` when it is read as bytes. */
  readonly body: z.ZodType | 'stream' | undefined
  /** Absent for 204; `bytes` for a file's content. */
  readonly answer: z.ZodType | 'bytes' | undefined
  /** Answers that are not refusals, by status, where there is more to say of them than `answer` does. */
  readonly replies: Readonly<Record<number, Reply>>
  readonly errors: readonly ErrorCode[]
  handle(asked: Asked<unknown, unknown, unknown>): Promise<unknown>
}

/** An answer for the description. */
export interface Reply {
  description: string
  /** Headers that a client needs, besides those of every answer. */
  headers?: z.ZodObject
  /** Of `bytes`: the media type, a range where there are several; absent when there is no body. */
  media?: string
}

export interface Asked<P, Q, B> {
  actor: Actor
  params: P
  query: Q
  body: B
  request: Request
  /** The client's address. */
  ip: string
  /** Sets a header of the answer. */
  header(name: string, value: string): void
}

interface Description<P extends z.ZodObject, Q extends z.ZodObject, B, A> {
  method: Operation['method']
  path: Operation['path']
  access: Operation['access']
  id: string
  tag: string
  summary: string
  params?: P
  query?: Q
  headers?: z.ZodObject
  body?: B
  answer?: A
  replies?: Operation['replies']
  errors?: readonly ErrorCode[]
  handle(
    asked: Asked<z.output<P>, z.output<Q>, B extends z.ZodType ? z.output<B> : undefined>,
  ): Promise<A extends z.ZodType ? z.output<A> : A extends 'bytes' ? Response : void>
}

const nothing = z.object({})

export function operation<
  P extends z.ZodObject = typeof nothing,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodType | 'stream' | undefined = undefined,
  A extends z.ZodType | 'bytes' | undefined = undefined,
>(description: Description<P, Q, B, A>): Operation {
  const { params = nothing, query = nothing, headers = nothing, body, answer, replies = {}, errors = [] } = description
  const handle = description.handle as Operation['handle']
  return { ...description, params, query, headers, body, answer, replies, errors, handle }
}

/** What `server/ingress.ts` leaves in the context. */
export interface RestEnv {
  Variables: { clientAddress?: string }
  Bindings: { incoming?: { socket: { remoteAddress?: string } } }
}

export function mount(app: Hono<RestEnv>, auth: Auth, one: Operation): void {
  app.on(one.method, one.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
    if (one.answer !== 'bytes') c.header('Cache-Control', 'no-store')
    const actor = await admit(c, auth, one)
    const answer = await one.handle({
      actor,
      params: parse(one.params, c.req.param()),
      query: parse(one.query, c.req.query()),
      body: typeof one.body === 'object' ? parse(one.body, await readJson(c)) : undefined,
      request: c.req.raw,
      ip: c.var.clientAddress ?? c.env?.incoming?.socket.remoteAddress ?? 'unknown',
      header: (name, value) => c.header(name, value),
    })
    if (answer instanceof Response) return answer
    return one.answer === undefined ? c.body(null, 204) : c.json(answer as object)
  })
}

const NOBODY: Actor = { kind: 'token', id: '', name: '', role: 'backend', sites: [] }

async function admit(c: Context<RestEnv>, auth: Auth, one: Operation): Promise<Actor> {
  const { authorization, cookie, origin, host } = c.req.header()
  // A browser adds the cookie by itself, so what changes something must come from our own pages.
  if (one.method !== 'get' && authorization === undefined)
    if ((origin !== undefined || cookie?.includes(SESSION_COOKIE)) && !auth.trusts(origin, host))
      throw new HutongError(
        'forbidden',
        'this page may not use the session: only pages of the relay itself may, and its https address is set as publicUrl',
      )
  if (one.access === 'public') return NOBODY
  const unattended = c.req.header('x-hutong-unattended') !== undefined
  const actor = await auth.who({ authorization, cookie, unattended })
  if (actor === undefined) {
    c.header('WWW-Authenticate', 'Bearer')
    throw new HutongError('unauthorized', 'sign in, or send "Authorization: Bearer" with a token of the configuration')
  }
  if (one.access === 'admin' && (actor.role !== 'admin' || actor.sites !== 'all'))
    throw new HutongError(
      'forbidden',
      "only an administrator's token for all sites may do that; make one with: hutong token new <name> --role admin",
    )
  return actor
}

async function readJson(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch (cause) {
    // Whoever stands before may break a body off with an error of its own, as one that grows too large.
    if (cause instanceof HutongError) throw cause
    throw new HutongError('invalid', 'the body: must be JSON', { cause })
  }
}
