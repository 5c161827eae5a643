/**
 * Values that tell their readers when they change: as much of the idea of @preact/signals as the widget needs, in a third of
 * its bytes. Reading `value` inside `computed`, `effect` or a component (see `components.ts`) subscribes to it.
 */
export interface ReadonlySignal<T> {
  readonly value: T
  /** The value without subscribing. */
  peek(): T
  /** Calls with the value now and after every change, until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void
}

export interface Signal<T> extends ReadonlySignal<T> {
  value: T
}

/** What can be read. `version` grows with every change; `refresh` brings it up to date where it is derived. */
interface Source {
  version: number
  readonly readers: Set<Reader>
  refresh?(): void
  /** It has a first reader, or lost its last. */
  wake?(): void
  sleep?(): void
}

/** What reads: the versions it has seen, and what to do when one of them may have changed. */
export interface Reader {
  seen: Map<Source, number>
  /** Whether it wants to be told; a derived value that nobody reads does not. */
  awake: boolean
  notify(): void
}

let reading: Reader | undefined
let depth = 0
const waiting = new Set<Reader & { react(): void }>()

function link(source: Source, reader: Reader) {
  if (source.readers.size === 0) source.wake?.()
  source.readers.add(reader)
}

function unlink(source: Source, reader: Reader) {
  if (source.readers.delete(reader) && source.readers.size === 0) source.sleep?.()
}

function noteRead(source: Source) {
  if (!reading) return
  reading.seen.set(source, source.version)
  if (reading.awake) link(source, reading)
}

function isStale({ seen }: Reader): boolean {
  for (const [source, version] of seen) {
    source.refresh?.()
    if (source.version !== version) return true
  }
  return false
}

/** Everything read until the returned function is called belongs to this reader, in place of what it read before. */
export function beginReading(reader: Reader): () => void {
  const [outer, before] = [reading, reader.seen]
  reader.seen = new Map()
  reading = reader
  return () => {
    reading = outer
    for (const source of before.keys()) if (!reader.seen.has(source)) unlink(source, reader)
  }
}

function track<T>(reader: Reader, read: () => T): T {
  const end = beginReading(reader)
  try {
    return read()
  } finally {
    end()
  }
}

/** A reader that is told, once all changes of a batch are made, that something it has seen is another. */
export function createReaction(react: () => void): Reader & { react(): void; stop(): void } {
  const reaction = {
    seen: new Map<Source, number>(),
    awake: true,
    react,
    notify: () => void waiting.add(reaction),
    stop() {
      reaction.awake = false
      waiting.delete(reaction)
      for (const source of reaction.seen.keys()) unlink(source, reaction)
      reaction.seen.clear()
    },
  }
  return reaction
}

/** Readers hear of the changes that `change` makes once, after it. */
export function batch<T>(change: () => T): T {
  depth++
  try {
    return change()
  } finally {
    if (--depth === 0)
      for (const reaction of waiting) {
        waiting.delete(reaction)
        if (isStale(reaction)) reaction.react()
      }
  }
}

export function untracked<T>(read: () => T): T {
  const outer = reading
  reading = undefined
  try {
    return read()
  } finally {
    reading = outer
  }
}

function subscribeTo<T>(source: { readonly value: T }, listener: (value: T) => void): () => void {
  return effect(() => {
    const { value } = source
    untracked(() => listener(value))
  })
}

export function signal<T>(initial: T): Signal<T>
export function signal<T>(): Signal<T | undefined>
export function signal<T>(initial?: T): Signal<T | undefined> {
  let current = initial
  const source: Source = { version: 0, readers: new Set() }
  const self: Signal<T | undefined> = {
    get value() {
      noteRead(source)
      return current
    },
    set value(next) {
      if (Object.is(next, current)) return
      current = next
      source.version++
      batch(() => {
        for (const reader of source.readers) reader.notify()
      })
    },
    peek: () => current,
    subscribe: (listener) => subscribeTo(self, listener),
  }
  return self
}

/** Computes when it is read and something it read has changed; must have no effects of its own. */
export function computed<T>(compute: () => T): ReadonlySignal<T> {
  let current: T
  let dirty = true
  const node: Source & Reader = {
    version: 0,
    readers: new Set(),
    seen: new Map(),
    awake: false,
    refresh() {
      if (node.awake && !dirty) return
      dirty = false
      if (node.version > 0 && !isStale(node)) return
      const next = track(node, compute)
      if (node.version > 0 && Object.is(next, current)) return
      current = next
      node.version++
    },
    wake() {
      node.awake = true
      for (const source of node.seen.keys()) link(source, node)
    },
    sleep() {
      node.awake = false
      dirty = true
      for (const source of node.seen.keys()) unlink(source, node)
    },
    notify() {
      if (dirty) return
      dirty = true
      for (const reader of node.readers) reader.notify()
    },
  }
  const self: ReadonlySignal<T> = {
    get value() {
      node.refresh?.()
      noteRead(node)
      return current
    },
    peek: () => untracked(() => self.value),
    subscribe: (listener) => subscribeTo(self, listener),
  }
  return self
}

/** Runs now and after every change of what it read; what it returns is called before the next run and at the end. */
export function effect(run: () => unknown): () => void {
  let clean: unknown
  const tidy = () => {
    if (typeof clean === 'function') untracked(clean as () => void)
    clean = undefined
  }
  const reaction = createReaction(() => {
    tidy()
    clean = track(reaction, run)
  })
  reaction.react()
  return () => {
    reaction.stop()
    tidy()
  }
}
