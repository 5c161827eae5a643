import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'

const by = z.string().min(1).max(128)
const synonyms = z.array(z.array(z.string().trim().min(1).max(100)).min(2).max(50)).max(2_000)

export function parsedBy(given: string): string {
  return namedIssue('by', () => by.parse(given))
}

/** Groups of words that mean the same; a word stands in one group only. */
export function parsedSynonyms(given: readonly (readonly string[])[]): string[][] {
  const groups = namedIssue('synonyms', () => synonyms.parse(given))
  const seen = new Map<string, number>()
  for (const [at, group] of groups.entries())
    for (const word of group) {
      const other = seen.get(word.toLowerCase()) ?? at
      if (other !== at)
        throw new HutongError('invalid', `synonyms.${at}: "${word}" stands in group ${other} already; join the two`, {
          field: `synonyms.${at}`,
        })
      seen.set(word.toLowerCase(), at)
    }
  return groups
}

/** What is wrong with something that was given, as one error that names the field. */
export function namedIssue<T>(what: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof HutongError && error.field?.startsWith('article'))
      throw renamed(error, error.field.replace(/^article\b/, what))
    if (!(error instanceof z.ZodError)) throw error
    const [issue] = error.issues
    const field = [what, ...(issue?.path ?? [])].join('.')
    throw new HutongError('invalid', `${field}: ${issue?.message ?? 'is wrong'}`, { field, cause: error })
  }
}

function renamed(error: HutongError, field: string): HutongError {
  return new HutongError(error.code, error.message.replace(error.field ?? '', field), { field, cause: error })
}
