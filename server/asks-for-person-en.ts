/** `clauses` are in lower case, without punctuation at their ends. */
export function asksInEnglish(clauses: readonly string[]): boolean {
  const said = clauses.map((one) => withoutCourtesy(one.replaceAll(/\s+/g, ' ')))
  if (said.some((one) => ASKING.some((pattern) => isAsked(one, pattern)))) return true
  const left = said.filter((one) => one !== '')
  return left.length > 0 && left.every((one) => BARE.test(one))
}

const COURTESY =
  '(?:hi|hello|hey|dear|sir|madam|please|pls|plz|kindly|thanks?(?: you)?(?: so much| very much)?|thx|sorry|ok(?:ay)?|well|so|just|oh|um+|no|yes|yeah|and|but|now|asap|right now|immediately|urgent(?:ly)?|instead|again|there|good (?:morning|afternoon|evening))'
const LEADING = new RegExp(`^(?:(?!no (?!i )|there )${COURTESY}(?:\\s+|$)){1,6}`)
const TRAILING = new RegExp(`(?:(?:^|\\s+)(?!no$|there$|so$|and$|but$)${COURTESY}){1,4}$`)

function withoutCourtesy(clause: string): string {
  return clause.replace(LEADING, '').replace(TRAILING, '')
}

const KIND =
  '(?:real|live|actual|human|genuine|proper|physical|living|breathing|customer|client|service|services|support|care|sales|help ?desk|technical|tech|chat|online|available|another|other|different|english|chinese|mandarin|speaking|english-speaking|chinese-speaking|senior|qualified|competent|flesh and blood)'
const NOUN =
  '(?:humans?(?: beings?)?|persons?|agents?|repr[ae]sent[ai]tives?|reps?|operators?|advis[eo]rs?|staff(?: members?)?|team members?|colleagues?|employees?|managers?|supervisors?|associates?|csr|specialists?|hooman|humen|humman|huamn|pers[ou]n|agnet|agant)'
const SOMEONE =
  '(?:some(?:one|body)|any(?:one|body)|some one|any one)(?: (?:real|human|alive|else|in charge|there|here|who|that|from|at|on|in|about|to|regarding|for|directly|live|now|today|with)\\b.*)?'
const WITH = '(?:(?:a|an|the|your|one of your|some|any|ur|my) )?(?:the )?'
const TEAM = `${WITH}(?:(?:human|live|real|your) )?(?:customer (?:service|support|care)|support(?: team)?|help ?desk|service team|(?:real|live|actual) people)`
/** No noun that the person only describes may follow: an agent's fee, a human hair wig, a representative sample. */
const END =
  '(?=$| (?:please|pls|plz|now|asap|today|immediately|right|here|there|instead|again|directly|first|not|about|regarding|concerning|because|as|on|from|at|in|to|for|who|that|or|and|but|so|since|if|with|over|via|rather|than|already|thanks?|thank|i|my|you|is|online|available)\\b)'
const PERSON = `(?:${WITH}(?:${KIND} ){0,4}${NOUN}|${TEAM})${END}`
const ANYBODY = `(?:${PERSON}|${SOMEONE}$)`
const TO_HELP =
  '(?=$| (?:please|pls|now|asap|today|immediately|right|here|instead|directly|not|because|rather|thanks?|on the (?:phone|line)|to (?:help|assist|talk|speak|chat|answer|handle|look|call|contact|deal|solve|sort|fix|reply|respond|take)|who (?:can|could|is|will|knows|understands|speaks)|that (?:can|could|is|knows))\\b)'
const WANTED = `(?:${WITH}(?:${KIND} ){0,4}${NOUN}|some(?:one|body)(?: real| human)?(?= to | who |$| real$| human$)|${TEAM})${TO_HELP}`

const CHAT = '(?:my|this|the|our) (?:chat|call|case|issue|conversation|request|ticket|problem|question)'

/** Where in a clause it is asked for; what stands before decides whether it is asked at all. */
const ASKING: readonly RegExp[] = [
  `\\b(?:speak|speek|talk|tlak|talking|speaking|chat|spk|converse|communicate)(?: directly| live| now| again| personally)?(?: (?:to|with|2|w/))? ${ANYBODY}`,
  `\\b(?:connect|transfer|switch|forward|redirect|route|escalate|patch|move)(?: me| us| ${CHAT})?(?: over| through| on| along| back)? (?:to|with) ${ANYBODY}`,
  `\\b(?:put|hand|pass|refer|direct|send|get|take|bring) (?:me|us|${CHAT})(?: over| through| on| along| in touch| back)* (?:to|with) ${ANYBODY}`,
  `\\b(?:connected|transferred|put through|passed on|handed over|escalated|switched) (?:to|with) ${ANYBODY}`,
  `\\b(?:want|need|wanna have|would like|'d like|like to (?:have|see)|prefer|demand|require|request|ask(?:ing)? for|looking for|give me|get me|gimme|bring me|find me|call(?: me)?|let me have|have|(?:can|could|may) i (?:have|get|see)) ${WANTED}`,
  `^(?:(?:want|need|get|give|call|summon|request) )${WANTED}`,
  `\\b(?:contact|reach|get hold of|get a hold of|get in touch with|get through to|get to|deal with) ${PERSON}`,
  `\\b(?:is|are)(?: there)? (?:any(?:one|body)|some(?:one|body))(?: (?:there|here|home|available|online|alive|around|real|human|on duty))+$`,
  `^(?:any(?:one|body)|some(?:one|body))(?: (?:there|here|home|available|online|alive|around))+$`,
  `\\b(?:is|are) there (?:any(?:one|body)|some(?:one|body)|${WITH}(?:${KIND} ){0,4}(?:${NOUN}|people))(?: (?:that |who )?i (?:can|could|may) (?:talk|speak|chat)| (?:there|here|available|online|around|to (?:talk|speak|chat|help)))(?: (?:to|with|me))?`,
  `\\b(?:is|are) ${WITH}(?:${KIND} ){0,4}(?:${NOUN}|people) (?:there|here|available|online|around)\\b`,
  `\\b(?:don't|dont|do not|hate to|tired of|sick of|no longer) (?:want |wanna |like |wish )?(?:to )?(?:talk|speak|chat|deal|talking|speaking|chatting|dealing) (?:to|with) (?:an? |this |the |your )?(?:stupid |dumb |chat )?(?:ro)?(?:bots?|machines?|ai|computers?|chatbots?)\\b`,
  `^(?:not|no)(?: more)? (?:an? |the |this )?(?:ro|chat|chat )?bots?$`,
  `^(?:live|human) (?:chat|help|support|assistance)$`,
  `\\b(?:speak|talk|chat)(?: directly)? (?:to|with) (?:(?:your|the|someone (?:in|from)) )?(?:the )?(?:sales|billing|tech(?:nical)? support|management|complaints)(?: (?:team|department|dept|people|desk|staff|guys?|rep))?$`,
  `\\b(?:get|take|let) me (?:out of|away from|off|past) (?:this |the |your |that )?(?:stupid |dumb |useless |damn |chat ?)?(?:(?:ro|chat )?bots?|machine|ai|chatbot)\\b`,
  `^(?:stop|quit|exit|leave|end|skip|bypass|turn off|switch off|get rid of|no more) (?:this |the |your |that )?(?:stupid |dumb |useless |damn )?(?:(?:ro|chat ?)?bots?|ai)(?: (?:answers|replies|messages|mode))?$`,
  `\\b(?:make|file|lodge|submit|raise|register) (?:a|an|my|this) (?:(?:formal|official|serious) )?complaint\\b`,
].map((one) => new RegExp(one))

const BARE = new RegExp(
  `^(?:(?:${WITH}(?:${KIND} ){0,4}${NOUN}|${TEAM.replace('|support(?: team)?', '')})(?: |$)){1,5}(?:please|now|asap|here)?$`,
)

const DENIED =
  /(?:\b(?:don't|dont|do not|doesn't|didn't|did not|never|not|no need|won't|without|rather not|instead of|no|no longer|stop trying)(?: really| even| yet| just| want| wanna| need| like| wish| have| mean| intend| asking| ask| try| trying| going| having)*(?: to)?(?: be| have| get)?|\b(?:i|we|you|they|he|she) (?:was|were|am|are|had been|have been) (?:just )?)\s*$/
/** Said so, it is asked for after all. */
const WHY_NOT = /\b(?:why (?:don't|dont|do not|can't|won't) (?:you|i|we)|why not)\b[^?]*$/
/** Who asks with whom they speak asks what the machine is, and who asks what others need needs nothing. */
const WHICH =
  /\b(?:am i|are we|did i|did you|have you|if i am|whether i'm|if i'm|i'm|(?:do|does|did) (?:you|they|we|it))(?: really| actually| even| currently)?\s*$/

function isAsked(clause: string, pattern: RegExp): boolean {
  const found = pattern.exec(clause)
  if (!found) return false
  const before = clause.slice(0, found.index)
  if (WHICH.test(before)) return false
  return WHY_NOT.test(before) || !DENIED.test(before)
}
