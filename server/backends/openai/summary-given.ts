import type { Event, Tools } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'

/** How far back the hand-off that gave us the floor is looked for. */
const LOOK = 100
/** How a summary of ours begins what somebody said: see `summaryOf`. */
const TURN = /^[›‹⚠] /

/**
 * What the newest summary of a hand-off to us says besides the last turns, which stand in the log: what a form brought, what another bot
 * wrote. Undefined where there is none.
 */
export async function summaryGiven({ entry }: Event, tools: Tools, name: string): Promise<string | undefined> {
  const before = await tools.history({ limit: LOOK })
  const given = [...before, entry].map((one) => summaryIn(one, name)).findLast((summary) => summary !== undefined)
  const said = given === undefined ? '' : withoutTurns(given)
  return said === '' ? undefined : said
}

function summaryIn({ body }: Entry, name: string): string | undefined {
  if (body.kind !== 'handoff') return undefined
  const { holder } = body.floor
  return holder.kind === 'bot' && holder.id === name ? body.summary : undefined
}

/** The further lines of a turn are indented. */
function withoutTurns(summary: string): string {
  let inTurn = false
  const lines = summary.split('\n').filter((line) => {
    inTurn = TURN.test(line) || (inTurn && line.startsWith('  '))
    return !inTurn
  })
  return lines.join('\n').trim()
}
