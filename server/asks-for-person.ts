import { asksInEnglish } from './asks-for-person-en.ts'
import { asksInChinese } from './asks-for-person-zh.ts'

/** The id of an option that means "a person, please", whichever backend offers it. */
export const PEOPLE = 'people'

/** Whoever writes more than this has more to say than that. */
const LONGEST = 2_000
/** The same of what stands between two marks of punctuation. */
const CLAUSE = 200

/**
 * Whether these words ask for a person instead of a machine, in English or Chinese: "talk to a human", "转人工", "is anyone there?".
 * A question about people, work done by hand, agents of other trades, or a request not to be handed over is none.
 */
export function asksForPerson(text: string): boolean {
  if (text.length > LONGEST) return false
  const said = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(INVISIBLE, '')
    .replace(/[’‘`´]/g, "'")
  const clauses = said
    .split(/[.,!?;:。、…~()（）"“”「」\n\r]+|\s[-–—]+\s/u)
    .map((one) => one.replace(EDGES, ''))
    .filter((one) => one !== '' && one.length <= CLAUSE)
  if (clauses.length === 0) return false
  return (SIGN.test(said) && asksInChinese(clauses)) || (HINT.test(said) && asksInEnglish(clauses))
}

/** Without one of these signs, or the words for it in Latin letters, nobody is asked for in Chinese. */
const SIGN =
  /[人客真专專主老店领領上同总總组組管投反意售销銷财財技线線转轉]|[经經]理|ren ?gong|kefu|human|person|agent|operator/
/** Without one of these nobody is asked for in English: most messages are done with here. */
const HINT =
  /hum|hoom|huam|pers|people|ag[ae]?n|repr|\brep|csr|operat|advis|staff|member|colleague|employ|manag|supervis|associat|special|some|any|customer|client|service|support|care|help ?desk|live|bot|machine|\bai\b|computer|sales|billing|manage|complain|persn|transfer|connect|escalat|hand (?:\w+ )?over|through|manual|\bwho (?:can|could|do|should) i\b/

const INVISIBLE = /[\u200B-\u200F\u2060]|\uFE0E|\uFE0F/gu
const EDGES = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu
