/** The part of the browser's `Storage` that is used; a test may give a Map's worth. */
export type Drawer = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/**
 * What outlives the page, as JSON under a prefix of its own and, for people who are signed in, one per person; `here`, the mark that this
 * browser has talked to the site, is everybody's. Where the
 * browser refuses (private mode, full, blocked), it keeps for the life of the page instead; nothing ever throws.
 */
export interface Keep {
  get<T>(name: string): T | undefined
  /** undefined removes it. */
  set(name: string, value: unknown): void
  /** From here on everything belongs to this person; undefined for a visitor who is not signed in. */
  own(person: string | undefined): void
}

export function createKeep(prefix: string, drawer: Drawer | undefined): Keep {
  const memory = new Map<string, string>()
  let owner = ''
  const path = (name: string) => prefix + (name === 'here' ? '' : owner) + name
  return {
    get: (name) => read(memory.get(path(name)) ?? attempt(() => drawer?.getItem(path(name)))),
    set(name, value) {
      const text: string | undefined = JSON.stringify(value)
      memory.delete(path(name))
      const stored = attempt(() => {
        if (text === undefined) drawer?.removeItem(path(name))
        else drawer?.setItem(path(name), text)
        return drawer !== undefined
      })
      if (!stored && text !== undefined) memory.set(path(name), text)
    },
    own(person) {
      owner = person === undefined ? '' : `${person}:`
    },
  }
}

/** The visitor's token; other scripts of the page can write there too, and what is no token is none. */
export function readToken(keep: Keep): string | undefined {
  const token = keep.get('token')
  return typeof token === 'string' ? token : undefined
}

/** The browser's durable storage; undefined where reading the property alone throws. */
export function browserDrawer(): Drawer | undefined {
  return attempt(() => globalThis.localStorage)
}

function read<T>(text: string | null | undefined): T | undefined {
  return text ? attempt(() => JSON.parse(text)) : undefined
}

function attempt<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}
