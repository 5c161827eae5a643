import { z } from 'zod'
import { knowledgeWords } from './knowledge-words.ts'

const score = z.number().min(0).max(1)

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
    /** The so-manieth question in a row without an answer makes the floor go on; one more where something close can be offered. */
    patience: z.int().min(1).max(10).default(1),
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
