import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { openDatabase } from '../../stores/sqlite.ts'
import { type Article, type ArticleDraft, type ArticleDraftInput, type ArticleState, articleDraft } from './article.ts'
import type { ArticleFilter, Articles, ArticleVersion, Audited, By, Synonyms } from './knowledge-base.ts'
import { namedIssue, parsedBy, parsedSynonyms } from './parsed.ts'
import { createPutAll } from './put-all.ts'

/** Articles with every version they had, synonyms, and who did what when, in one file. Another process may write to it at the same time. */
export interface KnowledgeStore {
  readonly articles: Articles
  readonly synonyms: Synonyms
  /** Grows or changes whenever anybody wrote to the file. */
  revision(): string
  close(): void
}

/** Most articles that are not purged. */
export const ARTICLES_MAX = 20_000
const LIST_MAX = 1_000
const LIST_DEFAULT = 100

const TABLES = `
create table if not exists articles (
  id text primary key, version integer not null, updated_at integer not null, state text not null,
  category text, language text, tags text not null, body text not null
) strict;
create table if not exists versions (
  id text not null, version integer not null, at integer not null, by text not null, body text not null,
  primary key (id, version)
) strict, without rowid;
create table if not exists audit (
  n integer primary key, at integer not null, by text not null, what text not null, id text, version integer, state text
) strict;
create index if not exists audit_by_article on audit (id, n);
create table if not exists synonyms (n integer primary key, words text not null) strict;
pragma user_version = 1;`

export function createKnowledgeStore({ path, clock }: { path: string; clock: Clock }): KnowledgeStore {
  const database = openDatabase(path, 5_000)
  const { user_version: kept } = database.prepare('pragma user_version').get() as { user_version: number }
  if (kept > 1) {
    database.close()
    throw new HutongError('misconfigured', `"${path}" was written by a newer version of Hutong: run that one`)
  }
  if (kept === 0) within(database, () => database.exec(TABLES))
  let own = 0
  const write = <T>(work: () => T): T => {
    own++
    return within(database, work)
  }
  return {
    articles: { ...reading(database), ...writing({ database, clock, write }) },
    synonyms: synonymsOf({ database, clock, write }),
    revision() {
      const { data_version: others } = database.prepare('pragma data_version').get() as { data_version: number }
      return `${others}:${own}`
    },
    close: () => database.close(),
  }
}

interface Writer {
  database: DatabaseSync
  clock: Clock
  write<T>(work: () => T): T
}

/** All of the work or none of it; nobody else writes meanwhile. */
function within<T>(database: DatabaseSync, work: () => T): T {
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}

function reading(database: DatabaseSync): Pick<Articles, 'list' | 'get' | 'versions' | 'audit'> {
  const one = database.prepare('select * from articles where id = ?')
  return {
    list(filter = {}) {
      const { where, values } = conditionsOf(filter)
      const sql = `select * from articles ${where} order by id limit ?`
      return database
        .prepare(sql)
        .all(...values, atMost(filter.limit))
        .map(articleOf)
    },
    get(id) {
      const row = one.get(id)
      return row && articleOf(row)
    },
    versions(id) {
      const rows = database
        .prepare('select * from versions where id = ? order by version desc limit ?')
        .all(id, LIST_MAX)
      return rows.map(
        ({ version, by, at, body }): ArticleVersion => ({
          version: Number(version),
          by: String(by),
          at: Number(at),
          article: JSON.parse(String(body)),
        }),
      )
    },
    audit({ id, limit } = {}) {
      const where = id === undefined ? '' : 'where id = ?'
      const values = id === undefined ? [] : [id]
      const rows = database
        .prepare(`select * from audit ${where} order by n desc limit ?`)
        .all(...values, atMost(limit))
      return rows.map(auditedOf)
    },
  }
}

function writing({ database, clock, write }: Writer): Pick<Articles, 'put' | 'putAll' | 'setState' | 'remove'> {
  const { get } = reading(database)
  const keep = keeping(database)

  function put(given: ArticleDraftInput, { by, expect }: By & { expect?: number }) {
    const draft = parsed(given)
    const old = get(draft.id)
    if (expect !== undefined && (old?.version ?? 0) !== expect)
      throw new HutongError(
        'conflict',
        `article ${draft.id} is at version ${old?.version ?? 0}, not ${expect}: read it again`,
      )
    if (old && JSON.stringify(draftOf(old)) === JSON.stringify(draft)) return old
    if (!old) room(database, 1)
    const article: Article = {
      ...draft,
      version: (old?.version ?? lastVersion(database, draft.id)) + 1,
      updatedAt: clock.now(),
    }
    keep(article, draft, { by, what: 'put' })
    return article
  }

  function setState(id: string, state: ArticleState, { by }: By): Article {
    return write(() => {
      const old = existing(get, id)
      if (old.state === state) return old
      const draft = parsed({ ...draftOf(old), state })
      const article: Article = { ...draft, version: old.version + 1, updatedAt: clock.now() }
      keep(article, draft, { by: parsedBy(by), what: 'state' })
      return article
    })
  }

  return {
    put: (draft, given) => write(() => put(draft, { ...given, by: parsedBy(given.by) })),
    putAll: createPutAll({
      database,
      clock,
      write,
      parsed,
      before(id) {
        const old = get(id)
        return old
          ? { draft: draftOf(old), version: old.version, last: old.version }
          : { version: 0, last: lastVersion(database, id) }
      },
      room: (more) => room(database, more),
    }),
    setState,
    remove(id, { by, purge = false }) {
      const who = parsedBy(by)
      if (!purge) {
        setState(id, 'retired', { by: who })
        return
      }
      write(() => {
        const { version } = existing(get, id)
        database.prepare('delete from versions where id = ?').run(id)
        database.prepare('delete from articles where id = ?').run(id)
        record(database, { at: clock.now(), by: who, what: 'purge', id, version })
      })
    },
  }
}

function keeping(database: DatabaseSync) {
  const current = database.prepare('insert or replace into articles values (?, ?, ?, ?, ?, ?, ?, ?)')
  const version = database.prepare('insert into versions values (?, ?, ?, ?, ?)')
  return (article: Article, draft: ArticleDraft, { by, what }: { by: string; what: 'put' | 'state' }) => {
    const { id, updatedAt: at, state, category = null, language = null, tags } = article
    const body = JSON.stringify(draft)
    current.run(id, article.version, at, state, category, language, JSON.stringify(tags), body)
    version.run(id, article.version, at, by, body)
    record(database, { at, by, what, id, version: article.version, ...(what === 'state' && { state }) })
  }
}

function synonymsOf({ database, clock, write }: Writer): Synonyms {
  return {
    list: () =>
      database
        .prepare('select words from synonyms order by n')
        .all()
        .map(({ words }) => JSON.parse(String(words)) as string[]),
    replace(groups, { by }) {
      const all = parsedSynonyms(groups)
      write(() => {
        database.exec('delete from synonyms')
        const insert = database.prepare('insert into synonyms (words) values (?)')
        for (const words of all) insert.run(JSON.stringify(words))
        record(database, { at: clock.now(), by: parsedBy(by), what: 'synonyms' })
      })
    },
  }
}

function record(database: DatabaseSync, { at, by, what, id, version, state }: Audited): void {
  database
    .prepare('insert into audit (at, by, what, id, version, state) values (?, ?, ?, ?, ?, ?)')
    .run(at, by, what, id ?? null, version ?? null, state ?? null)
}

function existing(get: Articles['get'], id: string): Article {
  const article = get(id)
  if (article === undefined) throw new HutongError('not_found', `no article has the id "${id.slice(0, 64)}"`)
  return article
}

/** A purged article that is written again goes on counting, so that a version never means two things in the record. */
function lastVersion(database: DatabaseSync, id: string): number {
  const row = database.prepare('select max(version) as last from audit where id = ?').get(id)
  return Number(row?.last ?? 0)
}

function room(database: DatabaseSync, more: number): void {
  const row = database.prepare('select count(*) as count from articles').get()
  const count = Number(row?.count)
  if (count + more > ARTICLES_MAX)
    throw new HutongError(
      'too_large',
      `there is room for ${ARTICLES_MAX} articles, ${count} are there already: purge some that are retired`,
    )
}

function parsed(given: ArticleDraftInput): ArticleDraft {
  return namedIssue('article', () => articleDraft.parse(given))
}

function draftOf({ version: _, updatedAt: __, ...draft }: Article): ArticleDraft {
  return draft
}

type Row = Record<string, unknown>

function articleOf({ body, version, updated_at }: Row): Article {
  return { ...(JSON.parse(String(body)) as ArticleDraft), version: Number(version), updatedAt: Number(updated_at) }
}

function auditedOf({ at, by, what, id, version, state }: Row): Audited {
  return {
    at: Number(at),
    by: String(by),
    what: what as Audited['what'],
    ...(id === null ? {} : { id: String(id) }),
    ...(version === null ? {} : { version: Number(version) }),
    ...(state === null ? {} : { state: state as ArticleState }),
  }
}

function atMost(limit: number | undefined): number {
  return Math.max(1, Math.min(Math.trunc(limit ?? LIST_DEFAULT), LIST_MAX))
}

function conditionsOf({ category, tag, state, language, text, after }: ArticleFilter) {
  const given: [string, string | undefined][] = [
    ['category = ?', category],
    ['exists (select 1 from json_each(tags) where value = ?)', tag],
    ['state = ?', state],
    ['language = ?', language],
    [
      `instr(fold(concat_ws(' ', body ->> 'question', body ->> 'phrasings', body ->> 'answer', body ->> 'parts')), fold(?)) > 0`,
      text,
    ],
    ['id > ?', after],
  ]
  const wanted = given.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]))
  const where = wanted.length === 0 ? '' : `where ${wanted.map(({ sql }) => sql).join(' and ')}`
  return { where, values: wanted.map(({ value }) => value) }
}
