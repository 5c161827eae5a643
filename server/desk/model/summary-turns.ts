/** One thing that was said, with the lines it was said in. */
export interface Turn {
  /** Whose it is: the customer's, ours, somebody else's. Absent for what is no turn, such as an order number that a form brought. */
  sign?: Sign
  text: string
}

type Sign = (typeof SIGNS)[number]

const SIGNS = ['›', '‹', '⚠'] as const
/** What begins a further line of the same turn. */
const FURTHER = '  '

/** A hand-off's summary as the relay and its backends write it; of any other text, its lines. */
export function turnsOf(summary: string): Turn[] {
  const turns: Turn[] = []
  for (const line of summary.split('\n')) {
    const sign = SIGNS.find((one) => line.startsWith(`${one} `))
    const before = turns.at(-1)
    if (sign) turns.push({ sign, text: line.slice(2) })
    else if (before?.sign && line.startsWith(FURTHER)) before.text += `\n${line.slice(FURTHER.length)}`
    else turns.push({ text: line })
  }
  return turns
}
