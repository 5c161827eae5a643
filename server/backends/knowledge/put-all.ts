import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import type { Article, ArticleDraft, ArticleDraftInput } from './article.ts'
import { mapInSlices } from './in-slices.ts'
import type { Articles } from './knowledge-base.ts'
import { namedIssue, parsedBy } from './parsed.ts'

export interface PutAllOptions {
  database: DatabaseSync
  clock: Clock
  /** All of the work or none of it. */
  write<T>(work: () => T): T
  parsed(given: ArticleDraftInput): ArticleDraft
  /** The article as it is kept, and what the version of a new one of that id has to come after. */
  before(id: string): { draft?: ArticleDraft; version: number; last: number }
  /** Throws when there is no room for so many more. */
  room(more: number): void
}

/** In the memory of this connection: what is made ready is neither seen by anybody nor kept when the process ends. */
const STAGED = `create temp table staged (
  import integer not null, id text not null, was integer not null, version integer not null, state text not null,
  category text, language text, tags text not null, body text not null, primary key (import, id)
) strict`

/** Everything is made ready in slices, so that nothing else waits; taking it over is a handful of statements. */
export function createPutAll({ database, clock, write, ...options }: PutAllOptions): Articles['putAll'] {
  database.exec(STAGED)
  const stage = database.prepare('insert into staged values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing')
  const movedSince = database.prepare(`select s.id from staged s left join articles a on a.id = s.id
    where s.import = ? and coalesce(a.version, 0) <> s.was limit 1`)
  const articles = database.prepare(`insert or replace into articles
    select id, version, ?2, state, category, language, tags, body from staged where import = ?1 order by id`)
  const versions = database.prepare(`insert into versions
    select id, version, ?2, ?3, body from staged where import = ?1 order by id`)
  const audit = database.prepare(`insert into audit (at, by, what, id, version)
    select ?2, ?3, 'put', id, version from staged where import = ?1 order by rowid`)
  const drop = database.prepare('delete from staged where import = ?')
  let imports = 0

  function makeReady(number: number, given: ArticleDraftInput): 'made' | 'changed' | 'same' {
    const draft = options.parsed(given)
    const { id, state, category = null, language = null, tags } = draft
    const { draft: old, version: was, last } = options.before(id)
    const body = JSON.stringify(draft)
    if (old && JSON.stringify(old) === body) return 'same'
    const made = stage.run(number, id, was, last + 1, state, category, language, JSON.stringify(tags), body)
    if (made.changes === 0)
      throw new HutongError('invalid', 'article.id: is the id of another one', { field: 'article.id' })
    return old ? 'changed' : 'made'
  }

  return async (drafts, { by }) => {
    const who = parsedBy(by)
    const number = ++imports
    const count = { made: 0, changed: 0, same: 0 }
    try {
      const all = await mapInSlices(drafts, (draft, at) => namedIssue(`articles.${at}`, () => makeReady(number, draft)))
      for (const did of all) count[did]++
      write(() => {
        const moved = movedSince.get(number)
        if (moved) throw changedMeanwhile(String(moved.id))
        options.room(count.made)
        const at = clock.now()
        articles.run(number, at)
        versions.run(number, at, who)
        audit.run(number, at, who)
      })
      return count
    } finally {
      drop.run(number)
    }
  }
}

function changedMeanwhile(id: Article['id']): HutongError {
  return new HutongError('conflict', `article ${id} was changed while these were made ready: import them again`)
}
