import type { VisitorIdentity } from './identity.ts'
import type { WebSite } from './site.ts'

/** One visitor of one site with all the sockets it has open here. */
export interface Person<T> {
  readonly site: WebSite
  readonly identity: VisitorIdentity
  readonly tabs: T[]
  conversation: string | undefined
  /** Buckets of `limits.ts`. */
  messages: number
  reads: number
  signals: number
  leaving: NodeJS.Timeout | undefined
}

export interface PeopleOptions<T> {
  /** Milliseconds after the last socket until somebody counts as gone, so that a page change is not a farewell. */
  offlineAfter: number
  presence(person: Person<T>, online: boolean): void
}

export interface People<T> {
  of(site: WebSite, identity: VisitorIdentity): Person<T>
  /** Counts a tab once, however often it arrives. */
  arrive(person: Person<T>, tab: T): void
  depart(person: Person<T>, tab: T): void
  close(): void
}

export function createPeople<T>({ offlineAfter, presence }: PeopleOptions<T>): People<T> {
  const people = new Map<string, Person<T>>()
  const nameOf = ({ site, identity }: Pick<Person<T>, 'site' | 'identity'>) => `${site.id}\n${identity.address}`

  function forget(person: Person<T>): void {
    clearTimeout(person.leaving)
    if (people.get(nameOf(person)) === person) people.delete(nameOf(person))
  }

  return {
    of(site, identity) {
      const name = nameOf({ site, identity })
      const known = people.get(name)
      if (known) return known
      const person: Person<T> = {
        site,
        identity,
        tabs: [],
        conversation: undefined,
        messages: 0,
        reads: 0,
        signals: 0,
        leaving: undefined,
      }
      people.set(name, person)
      return person
    },
    arrive(person, tab) {
      if (person.tabs.includes(tab)) return
      person.tabs.push(tab)
      if (person.leaving === undefined && person.tabs.length === 1) presence(person, true)
      clearTimeout(person.leaving)
      person.leaving = undefined
    },
    depart(person, tab) {
      const place = person.tabs.indexOf(tab)
      if (place !== -1) person.tabs.splice(place, 1)
      if (person.tabs.length > 0 || person.leaving !== undefined) return
      person.leaving = setTimeout(() => {
        forget(person)
        presence(person, false)
      }, offlineAfter)
    },
    close() {
      for (const person of [...people.values()]) forget(person)
    },
  }
}
