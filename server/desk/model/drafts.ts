import { type HutongError, toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Part } from '@hutong/core/parts'
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Api } from './api.ts'

export type Mode = 'reply' | 'note'

export interface Attachment {
  id: string
  name: string
  bytes: number
  /** From 0 to 1. */
  progress: number
  part?: Part
  cancel(): void
}

export interface Sheet {
  mode: Mode
  reply: string
  note: string
  files: readonly Attachment[]
}

/** What is being written, conversation by conversation; texts outlive a reload of the tab. */
export interface Drafts {
  sheet(conversation: string): ReadonlySignal<Sheet>
  setMode(conversation: string, mode: Mode): void
  write(conversation: string, text: string): void
  attach(conversation: string, files: Iterable<File>): void
  detach(conversation: string, id: string): void
  /** The finished draft, its sheet emptied; undefined while there is nothing to send or a file is on its way. */
  take(conversation: string): { mode: Mode; text: string; parts: Part[] } | undefined
}

export interface DraftsOptions {
  api: Pick<Api, 'upload'>
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** Whose drafts these are; another agent in the same tab has others. */
  owner: string
  failed(file: string, error: HutongError): void
}

const EMPTY: Sheet = { mode: 'reply', reply: '', note: '', files: [] }
/** Most files of one message: it has ten parts, one of them the text. */
const FILES_MAX = 9

export function createDrafts({ api, storage, owner, failed }: DraftsOptions): Drafts {
  const sheets = signal<ReadonlyMap<string, Sheet>>(new Map())
  const views = new Map<string, ReadonlySignal<Sheet>>()
  const get = (id: string) => sheets.peek().get(id) ?? EMPTY

  function put(id: string, change: Partial<Sheet>) {
    const sheet = { ...get(id), ...change }
    sheets.value = new Map(sheets.peek()).set(id, sheet)
    keep(storage, `hutong-draft:${owner}:${id}`, sheet)
  }

  function setFile(id: string, file: string, change: Partial<Attachment>) {
    put(id, { files: get(id).files.map((one) => (one.id === file ? { ...one, ...change } : one)) })
  }

  function drop(id: string, file: string) {
    put(id, { files: get(id).files.filter((one) => one.id !== file) })
  }

  function attachOne(id: string, file: File) {
    const own = newId('k')
    const upload = api.upload(id, file, (progress) => setFile(id, own, { progress }))
    const entry: Attachment = { id: own, name: file.name, bytes: file.size, progress: 0, cancel: upload.cancel }
    put(id, { files: [...get(id).files, entry] })
    upload.done.then(
      (part) => setFile(id, own, { part, progress: 1 }),
      (thrown: unknown) => {
        drop(id, own)
        const error = toHutongError(thrown)
        if (error.code !== 'gone') failed(file.name, error)
      },
    )
  }

  return {
    sheet(id) {
      const kept = views.get(id)
      if (kept) return kept
      const held = restored(storage, `hutong-draft:${owner}:${id}`)
      if (held) sheets.value = new Map(sheets.peek()).set(id, held)
      const view = computed(() => sheets.value.get(id) ?? EMPTY)
      views.set(id, view)
      return view
    },
    setMode: (id, mode) => put(id, { mode }),
    write: (id, text) => put(id, get(id).mode === 'note' ? { note: text } : { reply: text }),
    attach(id, files) {
      const room = FILES_MAX - get(id).files.length
      for (const file of [...files].slice(0, room)) attachOne(id, file)
    },
    detach(id, file) {
      get(id)
        .files.find((one) => one.id === file)
        ?.cancel()
      drop(id, file)
    },
    take(id) {
      const { mode, reply, note, files } = get(id)
      const text = (mode === 'note' ? note : reply).trim()
      if (mode === 'note') {
        if (text === '') return
        put(id, { note: '' })
        return { mode, text, parts: [] }
      }
      if (files.some((one) => !one.part) || (text === '' && files.length === 0)) return
      put(id, { reply: '', files: [] })
      return { mode, text, parts: partsOf({ reply, files }) }
    },
  }
}

/** What a reply would send as it stands; files on their way are left out. */
export function partsOf({ reply, files }: Pick<Sheet, 'reply' | 'files'>): Part[] {
  const text = reply.trim()
  const said: Part[] = text === '' ? [] : [{ kind: 'text', text, format: 'plain' }]
  return [...said, ...files.flatMap(({ part }) => part ?? [])]
}

function keep(storage: DraftsOptions['storage'], key: string, { reply, note }: Sheet) {
  if (reply === '' && note === '') storage.removeItem(key)
  else storage.setItem(key, JSON.stringify({ reply, note }))
}

function restored(storage: DraftsOptions['storage'], key: string): Sheet | undefined {
  const held = storage.getItem(key)
  if (held === null) return
  const { reply, note } = JSON.parse(held) as Pick<Sheet, 'reply' | 'note'>
  return { ...EMPTY, reply, note }
}
