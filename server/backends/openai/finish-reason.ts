/** What a model's reason to stop makes of its answer. `cut`: it had more to say; `filtered`: it may not be shown; `broken`: it failed. */
export type Ending = 'whole' | 'cut' | 'filtered' | 'broken'

/** The first that fits: vendors have their own words for what OpenAI calls `stop`, `length`, `tool_calls` and `content_filter`. */
const ENDINGS: readonly (readonly [RegExp, Ending])[] = [
  [/filter|sensitive|safety|recitation|blocklist|prohibited|spii|guardrail|toxic|refus|policy/i, 'filtered'],
  [/error|fail|abort|cancel|timeout|resource|unavailable|overload|load_shed/i, 'broken'],
  [/length|max|limit|context_window/i, 'cut'],
]

/** A reason that speaks of nothing bad is an end: `eos_token`, `stop_sequence`, `end_turn`, `COMPLETE`. */
export function endingOf(reason: string): Ending {
  return ENDINGS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'whole'
}
