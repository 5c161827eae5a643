import type { RatingScale } from '@hutong/core/parts'

/** What English words of judgement mean on a scale, whole utterances only; undefined for all others. `said` is folded. */
export function scoreInEnglish(said: string, scale: RatingScale): number | undefined {
  switch (scale) {
    case 'csat':
      return satisfaction(judged(said))
    case 'ces':
      return ease(judged(said))
    case 'nps':
      return likelihood(said)
    case 'solved':
      return solved(said)
  }
}

const RECOMMEND = '(?: (?:to )?recommend(?: (?:you|it|this|them|your \\w+))?(?: to .{2,20})?)?'
const WOULD = "(?:(?:i|we)(?: would|'d| will|'ll| am|'m| are|'re) )?"

const LIKELY: readonly (readonly [score: number, is: (said: string) => boolean])[] = [
  [10, reads(`${WOULD}(?:definitely|absolutely|certainly|highly|strongly|(?:very|extremely) likely)${RECOMMEND}`)],
  [
    0,
    reads(
      `never${RECOMMEND}|definitely not|absolutely not|not at all(?: likely)?|no way|extremely unlikely|${WOULD}never${RECOMMEND}`,
    ),
  ],
  [
    8,
    reads(
      `${WOULD}(?:(?:quite|pretty|rather|fairly|most) )?(?:likely|probably)${RECOMMEND}|${WOULD}(?:happily |gladly )?recommend(?: (?:you|it|this|them|your \\w+))?(?: to .{2,20})?`,
    ),
  ],
  [
    1,
    reads(
      `${WOULD}very unlikely${RECOMMEND}|(?:i|we) (?:would not|wouldn't|will not|won't|do not|don't) recommend(?: (?:you|it|this|them|your \\w+))?(?: to .{2,20})?`,
    ),
  ],
  [
    3,
    reads(
      `${WOULD}(?:(?:quite|rather|pretty|fairly) )?unlikely${RECOMMEND}|${WOULD}not (?:(?:very|so|too|that|really) )?likely${RECOMMEND}|probably not`,
    ),
  ],
]

function likelihood(said: string): number | undefined {
  return LIKELY.find(([, is]) => is(said))?.[0]
}

interface Judged {
  negated: boolean
  wholly: boolean
  degree: 'strong' | 'mild' | 'bit' | undefined
  core: string
}

const FRAME =
  /^(?:(?:overall|all in all|honestly)[, ]+)?(?:(?:i|we)(?: am|'m| was| were| are|'ve been| have been| feel| felt)? |(?:it|that|this|everything|all)(?:'s| is| was)? |(?:(?:the|your) )?(?:service|support|help|chat|agent|answer|experience)(?: is| was| has been)? |an? (?!bit|little))/
const NOUN = / (?:service|support|job|work|experience|help|chat|answers?|with (?:the|your) \w+|overall|indeed)$/
const SHAPE =
  /^(?:(?<not>not|never|isn't|wasn't|aren't|weren't|am not|hardly)(?<whole> at all)? )?(?:(?<strong>very|really|extremely|super|so|totally|completely|absolutely|highly|incredibly|truly|too|that|particularly)(?: very| really| so)*|(?<mild>quite|pretty|fairly|rather|mostly|reasonably)|(?<bit>somewhat|a bit|a little|slightly|kind of)) (?<rated>.+)$|^(?<no>not|never|isn't|wasn't|aren't|weren't|hardly)(?<none> at all)? (?<plain>.+)$/

function judged(said: string): Judged {
  const atAll = said.replace(/ at all$/, '')
  const bare = atAll.replace(FRAME, '').replace(NOUN, '')
  const { not, no, whole, none, strong, mild, bit, rated, plain } = SHAPE.exec(bare)?.groups ?? {}
  const negated = (not ?? no) !== undefined
  const wholly = negated && ((whole ?? none) !== undefined || atAll !== said)
  const degree = strong ? 'strong' : mild ? 'mild' : bit ? 'bit' : undefined
  const core = rated ?? plain ?? bare
  const idle = !negated && (strong === 'too' || strong === 'that' || strong === 'so') && core === 'bad'
  return { negated, wholly, degree, core: idle ? '' : core }
}

function reads(pattern: string): (said: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`)
  return (said) => whole.test(said)
}

const isSuperb = reads(
  'great|excellent|perfect|amazing|awesome|wonderful|fantastic|outstanding|brilliant|superb|exceptional|delighted|loved? it|(?:the )?best|top notch|well done',
)
const isGood = reads('good|satisfied|happy|pleased|nice|helpful|useful|friendly')
const isOk = reads(
  'ok|okay|fair|average|so-so|so so|alright|all right|fine|neutral|acceptable|mediocre|meh|decent|neither good nor bad',
)
const isBad = reads('bad|poor|unsatisfied|dissatisfied|unhappy|disappointed|disappointing|unhelpful')
const isTerrible = reads(
  'terrible|awful|horrible|(?:the )?worst|useless|rubbish|garbage|dreadful|appalling|atrocious|pathetic|crap',
)

function satisfaction({ negated, wholly, degree, core }: Judged): number | undefined {
  if (isSuperb(core)) return negated ? 2 : 5
  if (isGood(core)) return negated ? (wholly ? 1 : 2) : degree === 'strong' ? 5 : 4
  if (isOk(core) || isOk(degree === 'strong' ? `so ${core}` : core)) return negated ? 2 : 3
  if (isBad(core)) return negated ? (core === 'bad' || core === 'poor' ? 4 : 3) : degree === 'strong' ? 1 : 2
  if (isTerrible(core)) return negated ? 3 : 1
  return undefined
}

const isEffortless = reads('effortless|a breeze|breeze|no effort')
const isEasy = reads('easy|simple|straightforward|painless|smooth')
const isMiddling = reads('ok|okay|average|neutral|so-so|fine|normal|neither easy nor (?:difficult|hard)')
const isHard = reads('difficult|hard|complicated|painful|tough|hassle')

function ease({ negated, wholly, degree, core }: Judged): number | undefined {
  if (isEffortless(core)) return negated ? 2 : 7
  if (isEasy(core)) {
    if (negated) return wholly ? 1 : degree === 'strong' ? 3 : 2
    return degree === 'strong' ? 7 : degree === undefined ? 6 : 5
  }
  if (isMiddling(core)) return negated ? undefined : 4
  if (isHard(core)) {
    if (negated) return wholly ? 6 : 5
    return degree === 'strong' ? 1 : degree === undefined ? 2 : 3
  }
  return undefined
}

const MATTER =
  "(?:(?:it|that|this|everything|all|(?:my |the )?(?:problem|issue|question|matter))(?:'s| is| was| has been| got)? )?"
const DONE = '(?:solved|resolved|fixed|sorted|sorted out|done|working|answered)'
const YES = '(?:yes|yeah|yep|yup|y)'
const NO = '(?:no|nope|nah|n)'

const isSolved = [
  reads(`${YES}(?:,? (?:it (?:is|was|has|does|did)|indeed|all good|fully|completely))?`),
  reads(`(?:${YES},? )?${MATTER}(?:now |all |already |finally |completely |fully )*${DONE}(?: now)?`),
  reads(`(?:${YES},? )?(?:it )?(?:works|worked)(?: now| again)?|all good(?: now)?|no more problems`),
]
const isUnsolved = [
  reads(
    `${NO}(?:,? (?:it (?:is not|isn't|was not|wasn't|did not|didn't|has not|hasn't)|it's not|not yet|not really|not at all))?`,
  ),
  reads(`(?:${NO},? )?not (?:yet|really|at all)`),
  reads(
    `(?:${NO},? )?${MATTER}(?:is |was |has )?(?:still )?(?:not|isn't|wasn't|hasn't|never)(?: been| yet| really| fully| completely)* ${DONE}(?: yet| at all)?`,
  ),
  reads(`(?:${NO},? )?${MATTER}(?:un(?:solved|resolved)|still (?:broken|the same|open|unsolved|unresolved))`),
  reads(`(?:${NO},? )?(?:it )?(?:still )?(?:doesn't|does not|didn't|did not) (?:work|help)`),
]

function solved(said: string): number | undefined {
  if (isSolved.some((is) => is(said))) return 1
  return isUnsolved.some((is) => is(said)) ? 0 : undefined
}
