import { type EventAnswer, eventAnswer } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import type { Posted } from './post.ts'

/** Unknown fields are refused, for a misspelt one would be an answer that nobody sees. */
const answer = eventAnswer.strict()

const LATER: EventAnswer = { actions: [], later: true }
const NOTHING: EventAnswer = { actions: [], later: false }

/**
 * What a webhook's reply says. Rejects with a retryable error when there was no
 * receipt, and with `invalid`, naming the field, when the receipt came with an answer that is none: the same event would only
 * bring the same again.
 */
export function answerOf({ status, retryAfter, text }: Posted): EventAnswer {
  if (status === 202) return LATER
  if (status >= 200 && status < 300) {
    return text.trim() === '' ? NOTHING : readAnswer(text)
  }
  const why = status >= 300 && status < 400 ? ' with a redirect, which is not followed: set url to where it leads' : ''
  throw new HutongError(
    status === 429 ? 'throttled' : 'unreachable',
    `the webhook answered ${status}${why}`,
    retryAfter === undefined ? {} : { retryAfter },
  )
}

function readAnswer(text: string) {
  const value = readJson(text)
  try {
    return parse(answer, value)
  } catch (cause) {
    if (!(cause instanceof HutongError)) throw cause
    const field = cause.field === undefined || cause.field === '' ? 'body' : `body.${cause.field}`
    throw new HutongError('invalid', `the body of the webhook's answer: ${cause.message}`, { field, cause })
  }
}

/** What is no JSON comes rather from something in between than from the webhook, so it is no receipt. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HutongError(
      'unreachable',
      'the body of the webhook\'s answer is no JSON: answer 204, or 200 with { "actions": [] }, when there is nothing to say',
      { field: 'body', cause },
    )
  }
}
