import { understand } from '@hutong/core/degrade'
import { type RatingScale, SCORES } from '@hutong/core/parts'
import { asksForPerson } from './asks-for-person.ts'
import { isOpenMatter } from './open-matter.ts'
import { scoreInEnglish } from './rating-words-en.ts'
import { scoreInChinese } from './rating-words-zh.ts'
import { simplified } from './simplified.ts'

export interface TypedScore {
  score: number
  /** What was written after the score. */
  comment?: string
}

/** Whoever writes more than this tells us something else than a score. */
const LONGEST = 2_000

/**
 * The score that a customer means by what was typed after a question of this scale: a number in digits or words, stars, thumbs, or
 * words of satisfaction, in English or Chinese. Undefined for everything else, questions, requests and what tells that the matter is
 * open above all: those have to reach a person.
 */
export function readRating(text: string, scale: RatingScale): TypedScore | undefined {
  if (text.length > LONGEST) return undefined
  const said = text.normalize('NFKC').replace(INVISIBLE, '').replace(/’/g, "'").trim()
  if (said.includes('?')) return undefined
  const whole = scoreOf(said, scale)
  return whole === undefined ? withComment(said, scale) : { score: whole }
}

/** Whether it asks for something or tells that the matter is open or more than a comment holds, and so has to reach a person whatever it stands below. */
export function isRequest(text: string): boolean {
  if (text.length > LONGEST) return true
  const said = simplified(text.normalize('NFKC').trim())
  return said.includes('?') || ASKS.test(said) || isOpenMatter(said) || asksForPerson(said)
}

const INVISIBLE = /[\uFE0E\uFE0F\u20E3\u200B-\u200F\u2060]|[\u{1F3FB}-\u{1F3FF}]/gu

function scoreOf(said: string, scale: RatingScale): number | undefined {
  const folded = simplified(fold(said))
  const bare = withoutCourtesy(folded)
  if (bare === '' || (bare !== folded && ASSENT.test(bare))) return undefined
  return numberIn(bare, scale) ?? signIn(bare, scale) ?? scoreInChinese(bare, scale) ?? scoreInEnglish(bare, scale)
}

function fold(said: string): string {
  return said
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^[\s"'“”‘「『([【#]+|[\s"'“”’」』)\]】.,:;!。、…~-]+$/g, '')
}

const THANKS =
  'many thanks|thanks(?: a lot| so much)?|thank you(?: so much| very much)?|thx|cheers|谢谢(?:你们?|您们?|了)?|多谢|感谢|辛苦了?'
const GREETING = new RegExp(`^(?:${THANKS}|hi|hello|你好|您好)[\\s,.!。、-]+`)
const BYE = new RegExp(`[\\s,.!。、-]*(?:${THANKS}|bye|再见|拜拜)$`)
/** Said with thanks, these decline or agree, and judge nothing. */
const ASSENT = /^(?:ok|okay|no|nope|fine|alright|all right|good|没有?|不|好|是|行|嗯+)$/

function withoutCourtesy(said: string): string {
  return said.replace(GREETING, '').replace(BYE, '')
}

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const NUMBER = `(\\p{Nd}{1,3}|[零〇一二两三四五六七八九十]{1,2}|${WORDS.join('|')})`
const LEAD =
  "(?:(?:i'd|i'll|i would|i will|i|we) (?:give|say|rate|rated|choose|pick)(?: it| this| that| you| them)? ?|(?:my |the )?(?:rating|score|answer)(?: is|:)? ?|就?(?:我|我们)?(?:就?给|打|评|选|选择)(?:你们?|您们?|个|了)?|我?的?(?:评分|打分|分数)(?:是|为|:)? ?)?(?:an? )?"
const UNIT = '(?: ?(?:stars?|points?|颗?星|分|颗|[⭐★🌟]))?'
const OF = `(?: ?(?:/|out of|of) ?${NUMBER})?`
const NUMBERED = new RegExp(`^${LEAD}${NUMBER}(?:\\.0{1,2})?${UNIT}${OF}${UNIT} ?(?:好评)?(?:吧|哦|啦|了|啊)?$`, 'u')
const FULL_MARKS = /^(?:给?打?满分|(?:100|一百) ?(?:分|%)|full marks)$/

function numberIn(said: string, scale: RatingScale): number | undefined {
  const [low, high] = SCORES[scale]
  if (FULL_MARKS.test(said)) return scale === 'solved' ? undefined : high
  const [, first, second] = NUMBERED.exec(said) ?? []
  if (first === undefined) return undefined
  const score = numeral(first)
  if (second === undefined) return score !== undefined && score >= low && score <= high ? score : undefined
  const most = numeral(second)
  if (score === undefined || most === undefined || score > most) return undefined
  if (score === most && (most === 5 || most === 10)) return scale === 'solved' ? undefined : high
  return most === high && score >= low ? score : undefined
}

const VALUES = Array.from({ length: 101 }, (_, number) => ({ id: String(number), label: WORDS[number] ?? '', number }))

function numeral(written: string): number | undefined {
  const word = WORDS.indexOf(written)
  if (word >= 0) return word
  const id = understand(written, { kind: 'rating', part: 0, options: VALUES })
  return id === undefined ? undefined : Number(id)
}

/** As a question reads where it cannot be tapped, the thumbs stand for the ends of its scale. */
function signIn(said: string, scale: RatingScale): number | undefined {
  const [low, high] = SCORES[scale]
  const signs = said.replace(/[\s!]/g, '')
  if (/^👍+$/u.test(signs)) return high
  if (/^👎+$/u.test(signs)) return low
  if (scale === 'solved') return /^[✅✔☑]+$/u.test(signs) ? 1 : /^[❌✖✗]+$/u.test(signs) ? 0 : undefined
  if (scale !== 'csat') return undefined
  const stars = /^([⭐★🌟]{1,5})[☆✩]{0,4}$/u.exec(signs)?.[1]
  if (stars !== undefined) return [...stars].length
  return FACES.findIndex((faces) => faces.test(signs)) + 1 || undefined
}

const FACES = [/^[😡😠🤬]+$/u, /^[😞🙁☹😟😒]+$/u, /^[😐😑]+$/u, /^[🙂😊]+$/u, /^[😍🤩😀😄😁🥰❤💯👏]+$/u]

const BREAK =
  /(?<!\d)[,:.](?=\d)|[,;:!。、…\n–—]+|\.(?=\s)|\s-\s|\s+(?=(?:but|because|though|although|however|except)\b)|\s+(?=\()|(?=但是?|不过|可是|只是|就是|因为|除了|然而)/iu
const AFTER_SIGN = /^((?:[⭐★🌟👍👎]\s*)+|\S{1,4}\s?(?:stars?|分|颗?星))\s+(?=\S)/iu
/** Heads that only take up what was said unless a judgement follows. */
const TAKEN_UP = /^(?:ok|okay|fine|alright|all right|good|great|nice|perfect|excellent|awesome|best|all good)$/
const CONTRAST = /^(?:but|because|though|although|however|except|只是|但|不过|可是|就是|因为|除了|然而)/i
/** After “solved” these take something of it back, or go on to something else. */
const TAKEN_BACK =
  /\b(?:but|though|although|however|except|unless|only|another|next|other|second|partly|mostly|almost)\b|但|不过|可是|只是|就是|除了|然而|另外|还有|一半|部分/i
const ASKS =
  /吗|怎么|什么|多少|几时|何时|哪|请|麻烦|帮|我要|我想|给我|能不能|可不可以|退款|退货|发票|下单|人工|^(?:(?:and|but|so) )?(?:when|where|how|what|why|who|which|can|could|would|will|do|does|is|are)\b|\b(?:please|pls|need|want|i'd like|i would like|send me|call me|refund|invoice|cancel|order|deliver)\b/i
/** What a mail ends with. */
const SIGNATURE = /^(?:--\s|(?:(?:best|kind|warm) )?(?:regards|wishes)\b|sent from\b|发自|此致)/i
const LISTED = /(?:^|\n)\s*\d+[.)、]|^\d/

/** An unsolved matter with words about it is for a person to read, and so no score. */
function withComment(said: string, scale: RatingScale): TypedScore | undefined {
  const signed = AFTER_SIGN.exec(said)
  const at = signed ?? BREAK.exec(simplified(said))
  if (!at) return undefined
  const head = signed ? signed[0] : said.slice(0, at.index)
  const comment = said.slice(signed ? signed[0].length : at.index + at[0].length).trim()
  const score = scoreOf(head, scale)
  if (score === undefined || comment === '' || (scale === 'solved' && score === 0)) return undefined
  const tail = comment.replace(/^[\s,;:!。、…–—-]+/u, '')
  if (SIGNATURE.test(comment)) return { score }
  const simple = simplified(tail)
  if (isRequest(tail) || LISTED.test(tail) || (scale === 'solved' && TAKEN_BACK.test(simple))) return undefined
  if (TAKEN_UP.test(fold(head)) && !CONTRAST.test(simple)) return undefined
  if (tail.split(/[,;:!。、\n]|\.\s/).some((piece) => contradicts(score, piece, scale))) return undefined
  if (scoreOf(tail, scale) === score) return { score }
  return tail === '' ? { score } : { score, comment: tail }
}

/** Another number, or words that judge the other way. */
function contradicts(score: number, piece: string, scale: RatingScale): boolean {
  const other = scoreOf(piece, scale)
  if (other === undefined || other === score) return false
  const [low, high] = SCORES[scale]
  const side = (one: number) => Math.sign(one - (low + high) / 2)
  return side(other) !== side(score) || numberIn(fold(piece), scale) !== undefined
}
