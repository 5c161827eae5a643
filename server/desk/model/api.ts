import type { Capabilities } from '@hutong/core/adapter'
import type { ActRequestInput, ActResult, Agent } from '@hutong/core/backend'
import type { Contact, Conversation, Cursor, Profile } from '@hutong/core/conversation'
import type { Attributes, Entry } from '@hutong/core/entry'
import { HutongError, type WireError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'

export interface Me {
  kind: 'agent' | 'token'
  id: string
  name: string
  email?: string
}

export interface Item {
  conversation: Conversation
  contact: Contact
  latest?: Entry
  unread: number
}

export interface Site {
  id: string
  /** Whom a conversation can be handed to besides people, in the order they are asked. */
  backends: string[]
  /** Milliseconds a customer may be without an answer, where that is watched. */
  answerMs?: number
  /** The relay itself asks the customer for a rating at the close. */
  asksRatings?: boolean
}

/** A channel that messages are sent to. */
export interface Channel {
  id: string
  /** Of its settings: which platform it is. */
  kind?: string
  site?: string
  /** Whether messages can be asked for as they came. */
  originals: boolean
  capabilities: Capabilities
}

/** A message as it came, with what was cut from it. */
export interface Original {
  subject: string
  /** All of it as plain text. */
  text: string
  quoted: string
  signature: string
  /** Whether there is a page to show, and whether that has images from elsewhere. */
  html: boolean
  remote: boolean
}

export interface Page<T> {
  items: T[]
  next?: string
}

export interface ConversationQuery {
  status?: Conversation['status']
  text?: string
  cursor?: string
  limit?: number
}

export type EntryRange = { after: number; limit?: number } | { before: number; limit?: number }

/** One way an answer would take. */
export interface Way {
  channel: string
  address: string
  why: 'connected' | 'last' | 'verified'
  /** Nothing is sent there: the contact reads the log. */
  readsLog: boolean
  /** Where the platform counts: how many messages it takes, and until when (ms). */
  left?: number
  until?: number
  /** So many of them only until then. */
  sooner?: { left: number; until: number }
}

/** A way that the platform does not let us take now. */
export interface ClosedWay extends Way {
  code: 'window_closed' | 'quota' | 'gone'
  /** The platform's. */
  reason: string
}

export interface Reach {
  /** Best first; empty when nobody can be reached. */
  open: readonly Way[]
  closed: readonly ClosedWay[]
  /** Channels that the contact can be invited to. */
  invitations: readonly string[]
}

/** One message on its way out through a channel. */
export interface Sent {
  seq: number
  target: string
  state: 'ready' | 'leased' | 'joined' | 'done' | 'skipped' | 'dead' | 'unsure' | 'cancelled'
  error: string | null
  reported: 'delivered' | 'read' | 'failed' | null
}

export interface Opened {
  conversation: Conversation
  contact: Contact
  cursors: Cursor[]
  /** Whether the contact is reading now. */
  online: boolean
  /** Best first. */
  reach: Way[]
  closed: ClosedWay[]
  /** Channels that the contact can be invited to. */
  invitations: string[]
  /** What the relay's clock showed, in ms. */
  at: number
  /** Conversations of contacts merged with this one. */
  threads: { conversation: string; contact: string; channel: string; updatedAt: number }[]
}

/** A message that a channel could not take into a conversation. */
export interface Aside {
  channel: string
  id: string
  at: number
  from: string
  subject: string
  reason: string
}

export interface Upload {
  done: Promise<Part>
  cancel(): void
}

/** The relay's REST interface as the desk uses it. What is refused rejects with the relay's own HutongError. */
export interface Api {
  signIn(credentials: { email: string; password: string }): Promise<Me>
  signOut(): Promise<void>
  /** Undefined when nobody is signed in. */
  me(): Promise<Me | undefined>
  agents(): Promise<Agent[]>
  sites(): Promise<Site[]>
  channels(): Promise<Channel[]>
  conversations(query: ConversationQuery): Promise<Page<Item>>
  /** What the page asks of itself, while perhaps nobody is there, does not keep the agent signed in. Default `person`. */
  conversation(id: string, asker?: 'person' | 'page'): Promise<Opened>
  /** Ascending; `next` says that there are more in the direction asked for. */
  entries(id: string, range: EntryRange): Promise<Page<Entry>>
  /** What was sent, newest first. */
  deliveries(id: string): Promise<Page<Sent>>
  act(id: string, request: ActRequestInput): Promise<ActResult>
  /** Shows the contact how to go on over another channel. Rejects with what its platform says. */
  invite(id: string, wish: { key: string; channel: string }): Promise<void>
  /** Sends a message again whose newest delivery was given up, or whose fate is unknown. */
  resend(id: string, seq: number): Promise<void>
  /** Where it went; `unsure` when the mail server took it and did not answer. */
  transcript(id: string, wish: { key: string; address: string }): Promise<{ address: string; state: 'sent' | 'unsure' }>
  /** People of one site by words in name, e-mail and phone. */
  contacts(query: { site: string; text: string }): Promise<Page<Contact>>
  merge(id: string, into: string): Promise<void>
  unmerge(id: string): Promise<void>
  /** Asked by the page of itself. */
  aside(): Promise<Page<Aside>>
  /** Rejects when it still cannot be taken. */
  retryAside(one: Pick<Aside, 'channel' | 'id'>): Promise<void>
  discardAside(one: Pick<Aside, 'channel' | 'id'>): Promise<void>
  updateContact(id: string, changes: Profile & { attributes?: Attributes }): Promise<Contact>
  /** Undefined when no more is kept of it than the log. */
  original(id: string, seq: number): Promise<Original | undefined>
  /** `progress` from 0 to 1. */
  upload(conversation: string, file: File, progress: (part: number) => void): Upload
}

export function createApi(fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis)): Api {
  function ask<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
    if (body === undefined) return request(path, { method })
    const headers = { 'content-type': 'application/json' }
    return request(path, { method, headers, body: JSON.stringify(body) })
  }

  async function request<T>(path: string, init: RequestInit): Promise<T> {
    const response = await reach(() => fetch(`/v1${path}`, { ...init, credentials: 'same-origin' }))
    if (response.status === 204) return undefined as T
    const answer: unknown = await response.json().catch(() => undefined)
    if (!response.ok) throw refusal(response.status, answer)
    return answer as T
  }

  return {
    signIn: (credentials) => ask('/session', 'POST', credentials),
    signOut: () => ask('/session', 'DELETE'),
    me: async () => (await ask<{ agent: Me | null }>('/session')).agent ?? undefined,
    sites: async () => (await ask<Page<Site>>('/sites')).items,
    channels: async () => (await ask<Page<Channel>>('/channels')).items,
    agents: async () => (await ask<Page<Agent>>('/agents')).items,
    conversations: (query) => ask(`/conversations${search({ ...query })}`),
    conversation: (id, asker) => request(conversation(id), asker === 'page' ? UNATTENDED : {}),
    entries: (id, range) => ask(`${conversation(id)}/entries${search({ ...range })}`),
    deliveries: (id) => ask(`${conversation(id)}/deliveries${search({ limit: 100 })}`),
    act: (id, request) => ask(`${conversation(id)}/actions`, 'POST', request),
    invite: async (id, wish) => {
      await ask(`${conversation(id)}/invite`, 'POST', wish)
    },
    resend: (id, seq) => ask(`${conversation(id)}/entries/${seq}/resend`, 'POST'),
    transcript: (id, wish) => ask(`${conversation(id)}/transcript`, 'POST', wish),
    contacts: (query) => ask(`/contacts${search({ ...query, limit: 20 })}`),
    merge: (id, into) => ask(`${contact(id)}/merge`, 'POST', { into }),
    unmerge: (id) => ask(`${contact(id)}/unmerge`, 'POST'),
    aside: () => request('/aside', UNATTENDED),
    retryAside: (one) => ask(`${aside(one)}/retry`, 'POST'),
    discardAside: (one) => ask(aside(one), 'DELETE'),
    updateContact: (id, changes) => ask(contact(id), 'PATCH', changes),
    original: (id, seq) =>
      ask<Original>(`${conversation(id)}/entries/${seq}/original`).catch((error: unknown) => {
        if (error instanceof HutongError && error.code === 'not_found') return undefined
        throw error
      }),
    upload,
  }
}

/** What is asked so does not keep the agent signed in. */
const UNATTENDED: RequestInit = { headers: { 'x-hutong-unattended': '1' } }

const conversation = (id: string) => `/conversations/${encodeURIComponent(id)}`
const contact = (id: string) => `/contacts/${encodeURIComponent(id)}`
const aside = ({ channel, id }: Pick<Aside, 'channel' | 'id'>) =>
  `/aside/${encodeURIComponent(channel)}/${encodeURIComponent(id)}`

async function reach(request: () => Promise<Response>): Promise<Response> {
  try {
    return await request()
  } catch (cause) {
    throw new HutongError('unreachable', 'the relay cannot be reached', { cause })
  }
}

function refusal(status: number, answer: unknown): HutongError {
  const { error } = (answer ?? {}) as { error?: WireError }
  if (!error) return new HutongError(status < 500 ? 'invalid' : 'unavailable', `the relay answered ${status}`)
  return new HutongError(error.code, error.message, {
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  })
}

function search(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

/** By XMLHttpRequest, for `fetch` tells nobody how far it is. */
function upload(conversation: string, file: File, progress: (part: number) => void): Upload {
  const request = new XMLHttpRequest()
  const done = new Promise<Part>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => progress(total === 0 ? 0 : loaded / total)
    request.onerror = () => reject(new HutongError('unreachable', 'the relay cannot be reached'))
    request.onabort = () => reject(new HutongError('gone', 'the upload was cancelled'))
    request.onload = () => {
      const answer = request.response as { part: Part } | null
      if (request.status === 200 && answer) resolve(answer.part)
      else reject(refusal(request.status, answer))
    }
  })
  request.open('POST', `/v1/files${search({ conversation, name: file.name || 'file' })}`)
  request.responseType = 'json'
  request.setRequestHeader('content-type', file.type || 'application/octet-stream')
  request.send(file)
  return { done, cancel: () => request.abort() }
}
