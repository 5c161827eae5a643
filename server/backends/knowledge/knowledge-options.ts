import { z } from 'zod'

const words = z.string().trim().min(1).max(500)
const score = z.number().min(0).max(1)

/** What the knowledge backend says by itself, in one language. `summary` and what is below it is for whoever takes over. */
export const knowledgeWords = z.strictObject({
  didYouMean: words,
  none: z.string().trim().min(1).max(80),
  unknown: words,
  people: z.string().trim().min(1).max(80),
  passingOn: words,
  forPeople: words,
  cancelled: words,
  cancelHint: words,
  yes: z.string().trim().min(1).max(80),
  no: z.string().trim().min(1).max(80),
  unanswered: words,
  closest: words,
  topic: words,
})
export type KnowledgeWords = z.infer<typeof knowledgeWords>

export const KNOWLEDGE_WORDS: Readonly<Record<'en' | 'zh', KnowledgeWords>> = {
  en: {
    didYouMean: 'Did you mean one of these?',
    none: 'None of these',
    unknown: 'I found no answer to that. You can put it in other words, or be passed on.',
    people: 'Pass me on',
    passingOn: 'I have no answer to that. I am passing you on; what you wrote goes along.',
    forPeople: 'I am passing you on; what you wrote goes along.',
    cancelled: 'All right, we leave that. What else would you like to know?',
    cancelHint: 'Write “cancel” to leave.',
    yes: 'Yes',
    no: 'No',
    unanswered: 'Not answered',
    closest: 'Closest articles',
    topic: 'About',
  },
  zh: {
    didYouMean: '您想问的是不是：',
    none: '都不是',
    unknown: '没有找到这个问题的答案。您可以换个说法，或者为您转接。',
    people: '为我转接',
    passingOn: '这个问题我没有找到答案，正在为您转接，您写的内容会一并转交。',
    forPeople: '正在为您转接，您写的内容会一并转交。',
    cancelled: '好的，已取消。还有什么可以帮您？',
    cancelHint: '回复“取消”可以退出。',
    yes: '是',
    no: '否',
    unanswered: '未能回答',
    closest: '最接近的问题',
    topic: '关于',
  },
}

/** Scores go from 0 (nothing in common) to 1 (the very words of a phrasing). */
export const knowledgeOptions = z
  .strictObject({
    /** The name that contacts see. */
    title: z.string().min(1).max(80).optional(),
    /** From this score on the best article is said, unless another comes close to it. */
    answerAt: score.default(0.6),
    /** From this score on an article is offered as "did you mean". */
    suggestAt: score.default(0.45),
    /** The best article is said only when it is so much ahead of the next; otherwise both are offered. */
    lead: score.default(0.12),
    /** Most articles offered at once. */
    suggestions: z.int().min(1).max(8).default(3),
    /** After so many questions in a row without an answer the floor goes on. */
    patience: z.int().min(1).max(10).default(2),
    /** A file or folder of articles, taken over at start while there are none. Where it says no state, they are published. */
    seed: z.string().min(1).max(1_000).optional(),
    /** Texts by language; those given here stand in place of the ones that are brought along. */
    says: z.record(z.string().max(35), knowledgeWords.partial()).default({}),
  })
  .refine(({ answerAt, suggestAt }) => suggestAt <= answerAt, {
    message: 'must not be higher than answerAt',
    path: ['suggestAt'],
  })
export type KnowledgeOptions = z.input<typeof knowledgeOptions>
export type KnowledgeSettings = z.output<typeof knowledgeOptions>

/** The texts of a language; English for one that nobody wrote texts for. */
export function knowledgeWordsIn({ says }: Pick<KnowledgeSettings, 'says'>, language: string): KnowledgeWords {
  const brought = language.startsWith('zh') ? KNOWLEDGE_WORDS.zh : KNOWLEDGE_WORDS.en
  const own = Object.entries(says[language] ?? says[language.split('-')[0] ?? ''] ?? {})
  return { ...brought, ...Object.fromEntries(own.filter(([, text]) => text !== undefined)) }
}
