import { isMentioned, withoutRefused } from './asks-for-person-en-denied.ts'

/** `clauses` are in lower case, without punctuation at their ends. */
export function asksInEnglish(clauses: readonly string[]): boolean {
  const whole = withoutRefused(clauses.map((one) => marked(one.replaceAll(/\s+/g, ' '))))
  const said = whole.filter((one) => !THANKED.test(one)).map(withoutCourtesy)
  if (said.some((one) => ASKING.some((pattern) => isAsked(one, pattern)))) return true
  if (whole.some((one) => BARE_PLEASE.test(one))) return true
  const left = said.filter((one) => one !== '')
  const [last, ...before] = left.toReversed()
  return last !== undefined && BARE.test(last) && before.every((one) => BARE.test(one) || USELESS.test(one))
}

function marked(clause: string): string {
  return clause
    .replace(/\b(do|does|did|is|was|would|should|need|wo|have|ca)nt\b/g, "$1n't")
    .replace(/\bcan ?not\b/g, "can't")
}

const COURTESY =
  '(?:hi|hello|hey|dear|sir|madam|please|pls|plz|kindly|thanks?(?: you)?(?: so much| very much)?|thx|sorry|ok(?:ay)?|well|so|just|oh|um+|no|yes|yeah|and|but|now|asap|right now|immediately|urgent(?:ly)?|instead(?! of)|again|there|finally|at last|once more|i repeat|as i said|for the \\w+ time|good (?:morning|afternoon|evening))'
const LEADING = new RegExp(`^(?:(?!no (?!i )|there )${COURTESY}(?:\\s+|$)){1,6}`)
const TRAILING = new RegExp(`(?:(?:^|\\s+)(?!no$|there$|so$|and$|but$)${COURTESY}){1,4}$`)

function withoutCourtesy(clause: string): string {
  return clause.replace(LEADING, '').replace(TRAILING, '')
}

const KIND =
  '(?:real|live|actual|human|genuine|proper|physical|living|breathing|customer|client|service|services|support|care|sales|help ?desk|technical|tech|chat|online|available|another|other|different|english|chinese|mandarin|speaking|english-speaking|chinese-speaking|senior|qualified|competent|flesh and blood)'
const NOUN =
  '(?:humans?(?: beings?)?|persons?|agents?|repr[ae]sent[ai]tives?|reps?|operators?|advis[eo]rs?|staff(?: members?)?|team members?|colleagues?|employees?|managers?|supervisors?|associates?|csr|specialists?|hooman|humen|humm?ann?|humam|humna|huamn|pers[ou]n|persn|agnet|agant|agnt)'
const SOMEONE =
  '(?:some(?:one|body)|any(?:one|body)|some one|any one)(?: (?:real|human|alive|else|in charge|there|here|who|that|from|at|on|in|about|to|regarding|for|directly|live|now|today|with)\\b.*)?'
const WITH = '(?:(?:a|an|the|your|one of your|some|any|ur|my) )?(?:the )?'
const TEAM = `${WITH}(?:(?:human|live|real|your) )?(?:customer (?:service|support|care)|support(?: team)?|help ?desk|service team|(?:real|live|actual) people)`
/** No noun that the person only describes may follow: an agent's fee, a human hair wig, a representative sample. */
const END =
  '(?=$| (?:please|pls|plz|now|asap|today|immediately|right|here|there|instead|again|directly|first|not|about|regarding|concerning|because|as|on|from|at|in|to|for|who|that|or|and|but|so|since|if|with|over|via|before|until|rather|than|already|yet|thanks?|thank|i|my|you|is|online|available)\\b)'
const PERSON = `(?:${WITH}(?:${KIND} ){0,4}${NOUN}|${TEAM})${END}`
const SOME = `${WITH}(?:${KIND} ){0,4}${NOUN}`
const ANYBODY = `(?:${PERSON}|${SOMEONE}$)`
const TO_HELP =
  '(?=$| (?:please|pls|now|asap|today|immediately|right|here|instead|directly|not|because|rather|thanks?|twice|again|already|yet|since|for (?:ages|hours|so long|(?:\\w+ ){1,2}(?:minutes?|mins?|hours?))|(?:\\w+|many) (?:times|minutes|hours)|on the (?:phone|line)|to (?:help|assist|talk|speak|chat|answer|handle|look|call|contact|deal|solve|sort|fix|reply|respond|take)|who (?:can|could|is|will|knows|understands|speaks)|that (?:can|could|is|knows))\\b)'
/** Help that only people give. */
const HUMAN_HELP =
  '(?:(?:some|a|any|more|direct) )?(?:(?:real|actual) )?(?:human|manual|live|in-person) (?:help|assistance|support|service|contact|interaction|intervention|advice|reply|response|answer|chat)(?=$| (?:please|pls|now|asap|with|on|for|from|here|because|to|not)\\b)'
const WANTED = `(?:${HUMAN_HELP}|${WITH}(?:${KIND} ){0,4}${NOUN}|some(?:one|body)(?: real| human)?(?= to | who |$| real$| human$)|${TEAM})${TO_HELP}`

const CHAT = '(?:my|this|the|our) (?:chat|call|case|issue|conversation|request|ticket|problem|question)'

const ASK_TO =
  "(?:(?:can|could|would|will) (?:you|u)(?: please)? |(?:i|we)(?: want| need| wish|'d like| would like) (?:you )?to |please |just )"

/** Where in a clause it is asked for; what stands before decides whether it is asked at all. */
const ASKING: readonly RegExp[] = [
  `\\b(?:speak|speek|talk|tlak|talking|speaking|chat|spk|converse|communicate)(?: directly| live| now| again| personally)?(?: (?:to|with|2|w/))? ${ANYBODY}`,
  `\\b(?:connect|transfer|switch|forward|redirect|route|escalate|patch|move)(?: me| us| ${CHAT})?(?: over| through| on| along| back)? (?:to|with|2) ${ANYBODY}`,
  `\\b(?:hand|pass|turn)(?: (?:me|us|it|this|${CHAT}))?(?: (?:over|on|along|off)){1,2} (?:to|with) ${PERSON}`,
  `\\b(?:mind|how about|what about) (?:connect|transferr|switch|forward|hand|putt|pass|escalat)ing (?:me|us|${CHAT})(?: over| through| on)? (?:to|with) ${ANYBODY}`,
  `\\b(?:put|hand|pass|refer|direct|send|get|take|bring) (?:me|us|${CHAT})(?: over| through| on| along| in touch| back)* (?:to|with) ${ANYBODY}`,
  `\\b(?:connected|transferred|put through|passed on|handed over|escalated|switched) (?:to|with) ${ANYBODY}`,
  `\\b(?:want|need|wanna have|would like|'d like|like to (?:have|see)|prefer|demand|require|request|ask(?:ing|ed)? for|looking for|waiting for|give me|get me|gimme|bring me|find me|call(?: me)?|let me have|have|(?:can|could|may) i (?:have|get|see)) ${WANTED}`,
  `^(?:want|need|get|give|call|summon|request|assign(?: me| us)?|i (?:already )?(?:said|typed|wrote)) ${WANTED}`,
  `\\b(?:let|have|get|ask|tell) (?:${WITH}(?:${KIND} ){0,4}${NOUN}|some(?:one|body)(?: real| human| else| (?:from|in|at|of) (?:your|the) \\w+)?|${TEAM})(?: to)? (?:answer|call|help|contact|reach|reply|write|respond|e-?mail|message|phone|ring|look (?:at|into)|handle|take over|take care|deal|assist|join|come|get back|speak|talk|chat|read)\\b`,
  `^(?:${ASK_TO})*(?:escalate|forward|pass|hand|refer) (?:this|it) (?:on |over )?to ${PERSON}`,
  `\\b(?:(?:have|has)(?: (?:i|you|we|they))?(?: not|n't)|haven't (?:i|you|we|they)|never|didn't|still not)(?: still| yet| been| even)* (?:reached|transferred|connected|put|heard from|got(?:ten)?|spoken|talked)(?: me| us)?(?: over| through| hold of| in touch)?(?: to| with| from)? ${ANYBODY}`,
  `^(?:${ASK_TO})*(?:(?:transfer|connect) (?:me|us|${CHAT})|put (?:me|us) through|escalate(?: (?:this|it|me|${CHAT}))?|hand (?:me |this |it )?over|(?:be )?(?:transferred|put through|escalated))(?: over| through)?$`,
  `\\b(?:contact|reach|get hold of|get a hold of|get in touch with|get through to|get to|deal with) ${PERSON}`,
  `\\b(?:is|are)(?: there)? (?:any(?:one|body)|some(?:one|body))(?: (?:there|here|home|available|online|alive|around|real|human|on duty))+(?: to help(?: me| us)?)?$`,
  `^(?:any(?:one|body)|some(?:one|body))(?: (?:there|here|home|available|online|alive|around))+$`,
  `\\b(?:is|are) there (?:any(?:one|body)|some(?:one|body)|${WITH}(?:${KIND} ){0,4}(?:${NOUN}|people))(?: (?:that |who )?i (?:can|could|may) (?:talk|speak|chat)| (?:there|here|available|online|around|to (?:talk|speak|chat|help)))(?: (?:to|with|me))?`,
  `\\b(?:is|are) ${WITH}(?:${KIND} ){0,4}(?:${NOUN}|people) (?:there|here|available|online|around)\\b`,
  `\\b(?:tired of|sick of|fed up with|enough of) (?:this|your|the|these|that) (?:stupid |dumb |useless )?(?:ro|chat ?)?bots?\\b`,
  `\\b(?:humans?|persons?|people|someone|somebody|anyone|anybody|agents?|representatives?) (?:that |who |whom )?i (?:can|could|may) (?:talk|speak|chat|write)(?: directly)? (?:to|with)\\b`,
  `\\bfind (?:a|any) (?:real |live |actual )?(?:human|person|people|agent)(?: being)?(?: here| in here)?$`,
  `\\b(?:don't|dont|do not|hate to|tired of|sick of|no longer) (?:want |wanna |like |wish )?(?:to )?(?:talk|speak|chat|deal|talking|speaking|chatting|dealing) (?:to|with) (?:an? |this |the |your )?(?:stupid |dumb |chat )?(?:ro)?(?:bots?|machines?|ai|computers?|chatbots?)\\b`,
  `^(?:not|no)(?: more)? (?:an? |the |this )?(?:ro|chat|chat )?bots?$`,
  `^(?:can|could) ${SOME}(?: please)? (?:help|answer|reply|call|contact|assist|talk|speak|take over|look at|respond|join|chat)\\b(?: (?:to|with))?(?: (?:me|us|this|my|it|here)\\b|$)`,
  `^(?:can|could|would) some(?:one|body)(?: from (?:your|the) \\w+)?(?: please)? (?:call|contact|answer|reply to|respond to|talk to|speak to|get back to|take over)(?: me| us|$)`,
  `^who (?:can|could|should|do) i (?:talk|speak|write|complain) (?:to|with)(?: here| about .*)?$`,
  `^where(?:'s| is| are) ${SOME}$`,
  `^(?:some |any |more )?(?:live|human|manual|real) (?:chat|help|support|assistance|service|reply)(?: (?:needed|wanted|required))?$`,
  `\\b(?:speak|talk|chat)(?: directly)? (?:to|with) (?:(?:your|the|someone (?:in|from)) )?(?:the )?(?:sales|billing|tech(?:nical)? support|management|complaints)(?: (?:team|department|dept|people|desk|staff|guys?|rep))?$`,
  `\\b(?:get|take|let) me (?:out of|away from|off|past) (?:this |the |your |that )?(?:stupid |dumb |useless |damn |chat ?)?(?:(?:ro|chat )?bots?|machine|ai|chatbot)\\b`,
  `^(?:stop|quit|exit|leave|end|skip|bypass|turn off|switch off|get rid of|no more) (?:this |the |your |that )?(?:stupid |dumb |useless |damn )?(?:(?:ro|chat ?)?bots?|ai)(?: (?:answers|replies|messages|mode))?$`,
  `\\b(?:make|file|lodge|submit|raise|register) (?:a|an|my|this) (?:(?:formal|official|serious) )?complaint\\b`,
].map((one) => new RegExp(one))

const ALONE = `(?:to )?(?:(?:${SOME}|${TEAM.replace('|support(?: team)?', '')})(?: |$)){1,5}(?:please|now|asap|here|there|around|available|online)?`
const HELP_ME = '(?:can|could|would) (?:some|any)(?:one|body)(?: please)? help(?: me| us)?(?: out)?'
const BARE = new RegExp(`^(?:${ALONE}|${HELP_ME})$`)
const PLEASE = '(?:please|pls|plz|asap|immediately|right now)'
/** Asked for beside other words. */
const BARE_PLEASE = new RegExp(`^(?:${PLEASE} ${SOME}|${SOME} ${PLEASE})$`)
/** Thanks for one of them. */
const THANKED = new RegExp(
  `^(?:many )?(?:thanks?(?: you)?|thx|cheers)(?: so much| very much| a lot)? (?:(?:dear|to) )?(?:${SOME}|${TEAM})$`,
)
const USELESS =
  /\b(?:(?:ro|chat ?)?bots?|useless|stupid|pointless|hopeless|(?:not|isn't|aren't|doesn't|don't|can't)(?: really)? (?:help|helping|helpful|understand|understanding|working))\b/

function isAsked(clause: string, pattern: RegExp): boolean {
  return pattern.test(clause) && [...clause.matchAll(new RegExp(pattern, 'g'))].some((one) => !isMentioned(clause, one))
}
