import { understand } from '@hutong/core/degrade'
import { simplified } from '../simplified.ts'
import { pickedBy } from './form-answers.ts'
import { fold } from './knowledge/fold.ts'
import type { Texts } from './texts.ts'

interface Option {
  id: string
  label: Texts
}

/** What is longer names no place. */
const PLACE_MAX = 60

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']
const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

const LEAD =
  "(?:(?:ok|okay|yes|yeah|maybe|probably)[ ,]+)?(?:(?:i(?:'d| would)? (?:like|want|choose|pick|take|mean|prefer)|i(?:'ll| will) (?:have|take|choose|pick|go with)|take|choose|pick|give me|go with|it's|it is) )?(?:the )?"
const TAIL =
  '(?: (?:one|option|choice|item|answer|point))?(?: of (?:these|those|them))?(?:,? (?:please|pls|thanks|thank you))?'
const IN_ENGLISH = new RegExp(`^${LEAD}(?:(${ORDINALS.join('|')}|last)|(\\d{1,2})(?:st|nd|rd|th))${TAIL}$`)
const NUMBERED = new RegExp(
  `^${LEAD}(?:option|number|choice|item|answer|no\\.?|nr\\.?|#)? ?(\\d{1,2}|${NUMBERS.join('|')})${TAIL}$`,
)

const NUMERAL = '(\\d{1,2}|[一二两三四五六七八九十]{1,3})'
const MEASURE = '(?:个|项|条|种|款|号|选项)?'
const LEAD_ZH = '[那就请我想要来是]{0,5}'
const TAIL_ZH = '[吧的呢啊呀谢]{0,4}'
const IN_CHINESE = new RegExp(`^${LEAD_ZH}(?:选择?)?(?:第${NUMERAL}${MEASURE}|(最后)一?${MEASURE})${TAIL_ZH}$`)
const NUMBERED_ZH = new RegExp(`^(?:${LEAD_ZH}选择?${NUMERAL}${MEASURE}|选项${NUMERAL}|${NUMERAL}号)${TAIL_ZH}$`)

/** The option that a text names: by its number, by its label in any of its languages, or by its place, as "the second one" or "第二个". */
export function optionMeant(text: string, options: readonly Option[]): string | undefined {
  return pickedBy(text, options) ?? options[placeIn(text, options.length) - 1]?.id
}

/** The place among `count` that a text names, from 1; 0 when it names none. */
function placeIn(text: string, count: number): number {
  if (text.length > PLACE_MAX) return 0
  const said = simplified(fold(text))
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[\s"“”'‘「『(]+|[\s"“”'’」』).,!。,、~]+$/g, '')
  const english = IN_ENGLISH.exec(said)
  if (english) return english[1] === 'last' ? count : ORDINALS.indexOf(english[1] ?? '') + 1 || Number(english[2])
  const numbered = NUMBERED.exec(said)?.[1]
  if (numbered !== undefined) return NUMBERS.indexOf(numbered) + 1 || Number(numbered)
  const bare = said.replaceAll(' ', '')
  const chinese = IN_CHINESE.exec(bare)
  if (chinese?.[2] !== undefined) return count
  const numeral =
    chinese?.[1] ??
    NUMBERED_ZH.exec(bare)
      ?.slice(1)
      .find((one) => one !== undefined)
  return numeral === undefined ? 0 : numberIn(numeral)
}

const VALUES = Array.from({ length: 99 }, (_, at) => ({ id: String(at + 1), label: '', number: at + 1 }))

function numberIn(numeral: string): number {
  return Number(understand(numeral, { kind: 'choices', part: 0, options: VALUES }) ?? 0)
}
