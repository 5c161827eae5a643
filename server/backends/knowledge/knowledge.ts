import type { ActionInput, Backend, BackendHost, Event, Tools } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { chooseLanguage } from '../choose-language.ts'
import { cancels, takesAnyWords } from '../form-answers.ts'
import { handoffAction } from '../handoff-action.ts'
import { cannotGive, isQuestion } from '../in-a-form.ts'
import { optionMeant } from '../option-meant.ts'
import { clip } from '../readable.ts'
import { summaryOf } from '../summary.ts'
import { filledMarkdown } from '../texts.ts'
import type { Article } from './article.ts'
import { onlyGreets, onlyThanks } from './courtesies.ts'
import {
  askField,
  askForm,
  type FormTurn,
  formAnswered,
  formTyped,
  labelled,
  openFields,
  surelyFor,
} from './form-turn.ts'
import { type Heard, heardIn } from './heard.ts'
import { importArticles } from './import-articles.ts'
import { createKnowledgeBase, type KnowledgeBase, type Match } from './knowledge-base.ts'
import { type Remembered, type Talk, talkBefore, triedToo, withoutForm } from './knowledge-memory.ts'
import { type KnowledgeOptions, type KnowledgeSettings, knowledgeOptions } from './knowledge-options.ts'
import { type KnowledgeWords, knowledgeWordsIn } from './knowledge-words.ts'
import { keepSeed, readSeed, seedChange } from './read-seed.ts'

export interface KnowledgeBackend extends Backend {
  /** The articles; undefined before `open`. */
  readonly base: KnowledgeBase | undefined
}

/** The option that means none of the articles offered; ids of articles have no colon. */
const NONE = 'none:'
const LANGUAGES = ['en', 'zh']
/** Another question in the middle of a form is taken for one only when it is this sure. */
const ASIDE_AT = 0.85
const WRONG_MAX = 3
const LABEL_MAX = 80

/** Answers from articles: what it is sure of it says, between close ones it asks, what it does not know it passes on. */
export function createKnowledgeBackend(name: string, input: KnowledgeOptions): KnowledgeBackend {
  const settings = knowledgeOptions.parse(input)
  let base: KnowledgeBase | undefined

  return {
    name,
    ...(settings.title !== undefined && { title: settings.title }),
    answerWithin: 5_000,
    get base() {
      return base
    },
    async open(host) {
      base = createKnowledgeBase({ folder: await host.folder(), clock: host.clock })
      if (settings.seed !== undefined) await takeSeed({ name, seed: settings.seed, base, host })
    },
    async close() {
      base?.close()
      base = undefined
    },
    async handle(event, tools) {
      if (base === undefined) throw new HutongError('unavailable', `${name} is not open`)
      const before = talkBefore(event, await tools.memory.get())
      const heard = await heardIn(event, { name, tools })
      if (heard === undefined) return forget(event, before, tools)
      const language = chooseLanguage([...LANGUAGES, ...Object.keys(settings.says)], {
        locale: undefined,
        text: heard.question,
        before: before.language,
      })
      const words = knowledgeWordsIn(settings.says, language)
      await base.ready()
      const turn = turnOf({ settings, base, language, words, ...meant(heard, { ...before, language }) })
      const actions = [...turn.say, ...(await passedOn(turn, { event, tools }))]
      await tools.memory.put({ event: event.id, term: event.floor.term, before, after: turn.talk } satisfies Remembered)
      return actions
    },
  }
}

interface Seeding {
  name: string
  seed: string
  base: KnowledgeBase
  host: Pick<BackendHost, 'folder' | 'logger'>
}

/** Once, while there are no articles: what was changed here since is not written over. */
async function takeSeed({ name, seed, base, host }: Seeding): Promise<void> {
  const folder = await host.folder()
  if (base.articles.list({ limit: 1 }).length === 0) {
    const { warnings = [] } = await importArticles(base, await readSeed(name, seed), { by: 'seed', state: 'published' })
    for (const left of warnings) host.logger.warn({ backend: name, left }, 'part of the seed was left out')
    await keepSeed(folder, seed)
  } else {
    const changed = await seedChange(folder, { name, seed })
    if (changed !== undefined)
      host.logger.warn({ backend: name, changed }, 'the seed is not what the articles were made of')
  }
}

/** Whatever was begun before somebody else had the floor is over. */
async function forget({ id, entry, floor: { term } }: Event, before: Talk, tools: Tools): Promise<void> {
  if (entry.body.kind !== 'handoff' || before.form === undefined) return
  await tools.memory.put({ event: id, term, before, after: withoutForm(before) } satisfies Remembered)
}

interface Asking {
  settings: KnowledgeSettings
  base: KnowledgeBase
  language: string
  words: KnowledgeWords
  heard: Heard
  talk: Talk
}

interface Turn {
  say: ActionInput[]
  talk: Talk
  /** The floor goes on, for this reason; `more` is what whoever takes over must know besides what was said. */
  pass?: { reason: string; more: string[] }
}

/** What was offered is meant by its number, its words or its place, also where there are buttons. */
function meant(heard: Heard, { offered = [], ...talk }: Talk): { heard: Heard; talk: Talk } {
  if (heard.before !== undefined || heard.entry.body.kind !== 'message' || heard.pick !== undefined)
    return { heard, talk }
  const id = optionMeant(heard.question, offered)
  const label = offered.find((one) => one.id === id)?.label
  return { heard: label === undefined ? heard : { ...heard, pick: id, question: label }, talk }
}

function turnOf(asking: Asking): Turn {
  const { talk, heard, words } = asking
  const article = talk.form && published(asking, talk.form.article)
  if (article?.form && heard.before === undefined) return inForm(asking, article)
  const free = { ...asking, talk: withoutForm(talk) }
  if (heard.before === 'pick') return { say: [textReply(words.asks)], talk: { ...free.talk, greeted: true } }
  if (heard.before === 'answer') return onTo(free, 'what was asked for before is for somebody else')
  if (heard.entry.body.kind === 'answer') return { say: [], talk }
  return outOfForm(free)
}

function inForm(asking: Asking, article: Article): Turn {
  const { talk, heard, words } = asking
  const free = withoutForm(talk)
  const [field] = article.form && talk.form ? openFields(article.form, talk.form) : []
  if (heard.entry.body.kind !== 'answer') {
    if (cancels(heard.question, field)) return { say: [textReply(words.cancelled)], talk: free }
    if (heard.pick === NONE || (heard.pick !== undefined && published(asking, heard.pick)))
      return outOfForm({ ...asking, talk: free })
  }
  const turn = formTurn(asking, article)
  if (turn === undefined) return { say: [], talk }
  if ('aside' in turn) return aside(asking, { article, other: turn.aside })
  if ('done' in turn) return said(asking, article, turn.done)
  const { form, say, tried = talk.tried, stuck = form.wrong >= WRONG_MAX } = turn
  if (!stuck) return { say, talk: { ...talk, tried, form } }
  return passOn({ ...asking, talk: { ...free, tried } }, words.forPeople, filledIn(asking, article, form.values))
}

/** `stuck`: it cannot be gone on with; `tried`: with a question that nothing answers. */
type InForm = FormTurn & { stuck?: boolean; tried?: Talk['tried'] }

function formTurn(asking: Asking, { id, form }: Article): InForm | { aside: Article } | undefined {
  const { talk, heard } = asking
  const open = talk.form
  if (form === undefined || open === undefined) return undefined
  const { body, at } = heard.entry
  if (body.kind === 'answer') {
    const { values } = body
    if (!form.fields.some(({ name }) => Object.hasOwn(values, name))) return undefined
    return formAnswered(form, { open, values }, asking)
  }
  const typed = formTyped(form, { open, text: heard.question, pick: heard.pick, at }, asking)
  const [field] = openFields(form, open)
  if (field === undefined || heard.pick !== undefined || takesAnyWords(field)) return typed
  const asks = isQuestion(heard.question)
  if (!asks && surelyFor(field, heard.question, asking)) return typed
  const found = matches(asking, 2).filter((one) => one.id !== id)
  const sure = (found[0]?.score ?? 0) >= ASIDE_AT || (asks && isSure(found, asking.settings))
  const article = sure && found[0] ? published(asking, found[0].id) : undefined
  if (article) return { aside: article }
  if (!('form' in typed) || typed.form.wrong === 0) return typed
  if (field.required && cannotGive(heard.question)) return { ...typed, stuck: true }
  if (!asks) return typed
  const tried = triedToo(talk, { question: heard.question, closest: found.map(closest) })
  return { ...typed, tried, say: [askField(field, asking, asking.words.noAnswer)] }
}

/** Another question in the middle of a form: its answer, and back to the form, unless it leads elsewhere. */
function aside(asking: Asking, { article, other }: { article: Article; other: Article }): Turn {
  const { talk } = asking
  const open = talk.form
  const field = article.form && open && openFields(article.form, open)[0]
  const turn = answered({ ...asking, talk: withoutForm(talk) }, other)
  if (field === undefined || open === undefined || turn.pass || turn.talk.form) return turn
  return { say: [...turn.say, askField(field, asking)], talk: { ...turn.talk, form: open } }
}

function filledIn({ words }: Asking, { question, form }: Article, values: Readonly<Record<string, string>>): string[] {
  const given = form ? labelled(form, values, words) : []
  return [`${words.topic}: ${question}`, ...given.map(({ label, value }) => `${label}: ${value}`)]
}

function outOfForm(asking: Asking): Turn {
  const { heard, words } = asking
  if (heard.pick === NONE) return passOn(asking, words.forPeople)
  const picked = heard.pick === undefined ? undefined : published(asking, heard.pick)
  return picked ? answered(asking, picked) : asked(asking)
}

function published({ base }: Asking, id: string): Article | undefined {
  const article = base.articles.get(id)
  return article?.state === 'published' ? article : undefined
}

function asked(asking: Asking): Turn {
  const { settings, base, talk, words, heard } = asking
  const found = matches(asking, Math.max(2, settings.suggestions))
  const [best] = found
  if (talk.article !== undefined && onlyThanks(heard.question) && best?.score !== 1)
    return { say: [textReply(words.welcome)], talk }
  const sure = best && isSure(found, settings) ? base.articles.get(best.id) : undefined
  if (sure) return answered(asking, sure)
  if (!talk.greeted && onlyGreets(heard.question))
    return { say: [textReply(words.greeting)], talk: { ...talk, greeted: true } }
  const tried = triedToo(talk, { question: heard.question || '…', closest: found.map(closest) })
  const close = found.filter(({ score }) => score >= settings.suggestAt).slice(0, settings.suggestions)
  const patience = settings.patience + (close.length > 0 ? 1 : 0)
  if (tried.length >= patience)
    return passOn({ ...asking, talk: { ...talk, tried } }, tried.length > 1 ? words.passingOn : undefined)
  const last = { id: NONE, label: close.length > 0 ? words.none : words.people }
  const options = [...close.map(({ id, question }) => ({ id, label: clip(question, LABEL_MAX) })), last]
  const text = close.length > 0 ? words.didYouMean : words.unknown
  return {
    say: [{ kind: 'reply', parts: [{ kind: 'choices', text, options }] }],
    talk: { ...talk, tried, offered: options },
  }
}

function matches({ base, talk, heard, language }: Asking, limit: number): Match[] {
  const category = talk.topic === undefined ? {} : { category: talk.topic }
  return base.match(heard.question, { limit, prefer: language, ...category })
}

function isSure([best, next]: readonly Match[], { answerAt, lead }: KnowledgeSettings): boolean {
  if (best === undefined || best.score < answerAt) return false
  return best.score - (next?.score ?? 0) >= lead
}

function closest({ question, score }: Match): string {
  return `${clip(question, LABEL_MAX)} (${score.toFixed(2)})`
}

function answered(asking: Asking, article: Article): Turn {
  const { talk } = asking
  if (!article.form) return said(asking, article, {})
  return {
    say: [askForm(article.form, asking)],
    talk: { ...talk, tried: [], form: { article: article.id, values: {}, wrong: 0 } },
  }
}

/** The answer, what it was about, and on to people where the article says so. */
function said(asking: Asking, article: Article, values: Readonly<Record<string, string>>): Turn {
  const { talk, words } = asking
  const { id, category, answer, parts, handoff } = article
  const given = article.form ? labelled(article.form, values, words) : []
  const byName = new Map(given.map(({ name, value }) => [name, value]))
  const text = answer === undefined ? undefined : filledMarkdown(answer, (name) => byName.get(name))
  const content = parts ??
    (text && [{ kind: 'text' as const, ...text }]) ?? [{ kind: 'text' as const, text: words.forPeople }]
  const { form: _, topic: __, greeted: ___, ...rest } = talk
  const after: Talk = { ...rest, tried: [], article: id, ...(category !== undefined && { topic: category }) }
  return {
    say: [{ kind: 'reply', parts: content }, ...attributes(talk, after)],
    talk: after,
    ...(handoff && { pass: { reason: `the article ${id} is for people`, more: filledIn(asking, article, values) } }),
  }
}

/** What reports count by; written only where it changed. */
function attributes(before: Talk, { topic, article }: Talk): ActionInput[] {
  if (before.topic === topic && before.article === article) return []
  return [{ kind: 'set', attributes: { topic: topic ?? null, article: article ?? null } }]
}

/** Without a text whoever comes next is the first to say something. */
function passOn({ talk, words }: Asking, text: string | undefined, filled: readonly string[] = []): Turn {
  const unanswered = talk.tried.map(({ question, closest }) => {
    const near = closest.length === 0 ? '' : ` – ${words.closest}: ${closest.join('; ')}`
    return `${words.unanswered}: ${question.replaceAll(/\s+/g, ' ')}${near}`
  })
  return {
    say: text === undefined ? [] : [textReply(text)],
    talk: { ...withoutForm(talk), tried: [] },
    pass: { reason: reasonOf(talk, filled), more: [...filled, ...unanswered] },
  }
}

/** Leaves to the next one what was not for this backend. */
function onTo({ talk }: Asking, reason: string): Turn {
  return { say: [], talk: { ...talk, tried: [] }, pass: { reason, more: [] } }
}

function reasonOf({ tried }: Talk, filled: readonly string[]): string {
  if (filled.length > 0) return 'the form could not be filled in'
  return tried.length === 0 ? 'none of the articles was meant' : 'no article answers this'
}

async function passedOn({ pass }: Turn, { event, tools }: { event: Event; tools: Tools }): Promise<ActionInput[]> {
  if (pass === undefined) return []
  const summary = await summaryOf(tools, { now: event.entry, more: pass.more })
  return [handoffAction({ reason: pass.reason, summary })]
}

function textReply(text: string): ActionInput {
  return { kind: 'reply', parts: [{ kind: 'text', text }] }
}
