import { HutongError } from '@hutong/core/errors'
import type { Article } from './article.ts'
import { createJob, type Job, type Steps } from './job.ts'
import type { Articles, Match, MatchOptions } from './knowledge-base.ts'
import type { ReadArticle } from './read-article.ts'
import { createLibrary, type Library, type SearchIndex } from './search-index.ts'

/** What is published, as far as an index of it needs to know. */
export interface Published {
  /** Grows or changes whenever anybody wrote. */
  revision(): string
  articles: Pick<Articles, 'list' | 'get' | 'audit'>
  synonyms(): string[][]
}

export interface KeptIndex {
  /**
   * Answers from the newest index there is. After a small change that is the index of what is published now; while a large one is taken
   * over, the index before it, without the articles that are published no longer. Only where there is none yet it is made at once.
   */
  search(question: string, options: MatchOptions): Match[]
  /** Resolves once there is an index. */
  ready(): Promise<void>
  /** Takes over what changed, in slices between which everything else goes on. */
  refresh(): void
  close(): void
}

/** So long, in microseconds, a question may wait for what changed just before it. */
const AT_ONCE = 8_000
const PAGE = 20
const RECORD = 1_000

export function createKeptIndex(published: Published): KeptIndex {
  const take = createTaking(published)
  let kept: Taken | undefined
  let job: Job<void> | undefined

  function* taking(): Steps<void> {
    do kept = yield* take()
    while (stale())
    job = undefined
  }

  /** A job that failed is forgotten: the next question begins another. */
  function begun(): Job<void> {
    if (job !== undefined) return job
    const made = createJob(taking())
    made.done.catch(() => {
      if (job === made) job = undefined
    })
    job = made
    return made
  }

  const stale = () => kept?.revision !== published.revision()
  /** An index of nothing answers nothing, so it is not what goes on answering while articles are taken over. */
  const missing = () => kept === undefined || (kept.articles === 0 && stale())
  const isPublished = ({ id }: Match) => published.articles.get(id)?.state === 'published'

  return {
    search(question, options) {
      if (missing()) begun().advance(Number.POSITIVE_INFINITY)
      else if (stale()) begun().advance(AT_ONCE)
      const found = kept?.index.search(question, options) ?? []
      return stale() ? found.filter(isPublished) : found
    },
    async ready() {
      if (missing()) await begun().done
    },
    refresh() {
      if (stale()) begun()
    },
    close() {
      job?.stop(new HutongError('unavailable', 'the knowledge base is closed'))
      job = undefined
    },
  }
}

interface Taken {
  revision: string
  articles: number
  index: SearchIndex
}

interface Held {
  /** The synonyms that the articles were read with. */
  groups: string
  library: Library
  articles: Map<string, ReadArticle>
  /** The newest change that is taken over. */
  mark: string
}

/** Each call takes over what changed since the one before, and weighs everything again. */
function createTaking({ revision, articles, synonyms }: Published): () => Steps<Taken> {
  let held: Held | undefined

  return function* take() {
    const taken = revision()
    const all = synonyms()
    const groups = JSON.stringify(all)
    const changes = changesSince(held?.mark)
    const to: Held =
      held !== undefined && held.groups === groups && changes.ids !== undefined
        ? held
        : { groups, library: createLibrary(all), articles: new Map(), mark: '' }
    if (to === held) for (const id of changes.ids ?? []) yield* takeOver(to, id, articles.get(id))
    else yield* takeAll(to)
    held = { ...to, mark: changes.mark }
    return { revision: taken, articles: to.articles.size, index: yield* to.library.index([...to.articles.values()]) }
  }

  /** The articles that were changed; undefined when that was more than is remembered. */
  function changesSince(mark: string | undefined): { ids?: Set<string>; mark: string } {
    const changes = articles.audit({ limit: RECORD }).filter(({ what }) => what !== 'synonyms')
    const marks = changes.map((one) => `${one.what} ${one.id} ${one.version}`)
    const known = mark === '' && marks.length < RECORD ? marks.length : marks.indexOf(mark ?? '-')
    const ids = new Set(changes.slice(0, known).flatMap(({ id }) => id ?? []))
    return { mark: marks[0] ?? '', ...(known !== -1 && { ids }) }
  }

  function* takeAll(to: Held): Steps<void> {
    for (let after = ''; ; ) {
      const page = articles.list({ state: 'published', limit: PAGE, after })
      for (const article of page) yield* takeOver(to, article.id, article)
      if (page.length < PAGE) return
      after = page.at(-1)?.id ?? after
    }
  }
}

function* takeOver({ library, articles }: Held, id: string, article: Article | undefined): Steps<void> {
  if (article?.state === 'published') articles.set(id, yield* library.read(article))
  else articles.delete(id)
}
