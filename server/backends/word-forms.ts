/** Words whose ending belongs to them: "goods" are no more than one "good". */
const WHOLE = new Set(
  'news goods customs evening wedding bedding clothing earring earrings building ceiling lightning outing shorts means contents arms glasses series species hundred sacred naked besides always'.split(
    ' ',
  ),
)

/** One syllable with one consonant at its end, which is doubled before an ending: "caring" comes of "care", not of "car". */
const DOUBLES = /^[^aeiou]*[aeiou][^aeiouwxy]$/

/**
 * What an English word may be a form of, itself among them: plurals, -ed and -ing. Two words are forms of one when they share one of
 * these. A stem would be too coarse for that: it makes one of "note" and "not".
 */
export function basesOf(word: string): string[] {
  if (word.length < 4 || !/^[a-z]+$/.test(word) || WHOLE.has(word)) return [word]
  const bases = [...ofPlural(word), ...ofEnding(word, 'ed'), ...ofEnding(word, 'ing')]
  return [word, ...bases.filter((one) => one.length >= 3 && !WHOLE.has(one))]
}

function ofPlural(word: string): string[] {
  if (!word.endsWith('s') || /(?:ss|us|is)$/.test(word)) return []
  if (word.endsWith('ies')) return [`${word.slice(0, -3)}y`, word.slice(0, -1)]
  return /(?:ch|sh|s|x|z|o)es$/.test(word) ? [word.slice(0, -1), word.slice(0, -2)] : [word.slice(0, -1)]
}

function ofEnding(word: string, ending: 'ed' | 'ing'): string[] {
  const rest = word.slice(0, -ending.length)
  if (!word.endsWith(ending) || !/[aeiouy]/.test(rest)) return []
  if (ending === 'ed' && rest.endsWith('i')) return [`${rest.slice(0, -1)}y`]
  return [
    ...(DOUBLES.test(rest) ? [] : [rest]),
    ...(/[aeiou]$/.test(rest) ? [] : [`${rest}e`]),
    ...(/([bdfgklmnprt])\1$/.test(rest) ? [rest.slice(0, -1)] : []),
  ]
}

const SLIP_FROM = 6

/** Words that lie one slip from another and are right as they stand. */
const RIGHT = new Set(
  'contact contract desert dessert diner dinner county country carton cartoon though through later latter cloths clothes silver sliver perfect prefect morning mourning friend fiend warning waning border boarder leather lather complaint compliant casual causal martial marital statue statute filing filling planed planned striped stripped hoping hopping stopped stooped housing hosing chancel'.split(
    ' ',
  ),
)

/**
 * Whether a word is another one mistyped: a letter left out, one too many or two that changed places, within a word of six letters and
 * more. A letter in place of another is none: that makes "shopping" of "shipping".
 */
export function isSlipOf(said: string, wanted: string): boolean {
  const longer = said.length - wanted.length
  if (wanted.length < SLIP_FROM || Math.abs(longer) > 1 || said[0] !== wanted[0]) return false
  if (RIGHT.has(said) || WHOLE.has(said) || WHOLE.has(wanted) || !/^\p{L}+$/u.test(said)) return false
  let at = 0
  while (at < said.length && said[at] === wanted[at]) at += 1
  if (longer === 0)
    return (
      at < said.length - 1 &&
      `${said[at + 1]}${said[at]}` === wanted.slice(at, at + 2) &&
      said.slice(at + 2) === wanted.slice(at + 2)
    )
  if (said.at(-1) !== wanted.at(-1)) return false
  return longer > 0 ? said.slice(at + 1) === wanted.slice(at) : said.slice(at) === wanted.slice(at + 1)
}
