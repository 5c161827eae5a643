/** Words that carry what was denied on to what it is about: "I do not *think I need to be* connected". */
const ON =
  "(?: (?:really|even|yet|just|ever|wants?|wanna|needs?|(?:feel )?like(?: i| we)?|wish|have|mean|meant|intend|plan|care|bother|going|gonna|go|to|be|being|been|get|getting|asks?|asked|asking|try|trying|looking|said|say|for|in|of|any|a|the|at all|further|necessary|required|essential|needed|mandatory|reason|point|use|sense|desire|interest|intention|wanting|planning|now|currently|today|anymore|(?:want|need|like|wish|ask|asked|asking|require|expect|told|for) (?:you|u|me|us|anyone|it) to|(?:think|believe|feel|suppose|see|know|say|said)(?: that| why)? (?:i|we|you|it|it's|there's)|you dare|that (?:i|we|you)))*"
const NOT =
  "(?:(?:do|does|did|is|was|would|should|need|must|wo|have)n't|never|not|no|nobody|no one|noone|none|without|instead of|rather than|anything but|stop|quit|refus(?:e|es|ed|ing)|declin(?:e|ed|ing)|avoid|cancel|hate|afraid|scared|unnecessary|pointless|(?:i|we) doubt(?: that)?(?: (?:i|we|you))?)"
const DENIED = new RegExp(`\\b${NOT}${ON} $`)

/** What was denied here stands for the opposite, or is complained of. */
const AFTER_ALL =
  /\b(?:why (?:(?:do|ca|wo|are|is|have|did)n't (?:you|i|we|they|there)|not|is there no|are there no)|still (?:not|haven't|no)|(?:have|has)(?: not|n't)(?: yet)? been|(?:if|unless) (?:i|you|u|we|they|nobody|no one)(?: can't| won't| don't| never| do not)?|(?:not|n't|never|nothing)\b.* (?:without|unless|until|before))\b[^?]*$/

/** Who is with one already, or was. */
const SPEAKS =
  /\b(?:i|we|you|they|he|she)(?: was| were| am| are| had been| have been|'m|'re)(?: just| already| currently)? $/
const SPEAKING = /^(?:speaking|talking|connected|transferred|put|passed|handed|escalated|switched)\b/

/** Asks what the machine is, what it or others have, or what someone needs. */
const WHICH =
  /\b(?:am i|are we|did i|did you|have you|if i am|(?:do|does|did) (?:you|they|we|it|(?:the|this|that|your|our|my|any|all|every|an?|these|those) (?:\w+ ){1,3}))(?: really| actually| even| currently)? ?$/
const QUESTION =
  /^(?:how (?:much |long|soon|fast|quick|many (?!times)|expensive|late|early)|what (?:happens|will happen|would happen|if|time|hours|(?:is|are) the (?:wait|queue|costs?|price|fees?|hours|chance))|what's the (?:wait|queue|cost|price|fee|chance)|(?:do|does|did|will|would) (?:i|we|one|people|customers?|it|that|this)(?: always| really| even| still| actually| ever)? (?:need|have to|got to|cost|be charged|pay|take|mean|help|make sense|be (?:necessary|needed|required|better|faster|quicker)|talk|speak|contact|chat|call|reach|ask)|(?:must|should) (?:i|we)\b|(?:do|did|would) you (?:want|need|think|recommend|suggest|advise)|is it (?:necessary|required|mandatory|needed|free|expensive|worth|better|useful|faster|quicker|safe)|(?:is|are) there (?:an? |any )?(?:fees?|charges?|costs?|wait|queue|line|point|need|reason|extra)|who (?:said|says|told|asked|wants|needs)|since when|why (?:do|did|does|would|should|must|are|were|am|was) (?:i|we|you|they|it|one|people)\b)/
/** A question of that kind about why it does not come to it is a request. */
const IN_VAIN =
  /\b(?:hard|difficult|impossible|tough|complicated|unable|can't|cannot|won't|never|nobody|forever|so long|ages|finally|refuse)\b/
/** Tells when, not that. */
const WHEN =
  /\b(?:after|before|when|while|whenever|once|if|by|instead of|rather than)(?: (?:i|we|you|u|he|she|they)(?: (?:have|had|would|could|can|do|did|need|want|get|got|was|am|were|be))*(?: to)?)? $/

const NEEDLESS =
  /^ ?(?:(?:is|was|are|were|will be|would be)(?: really| absolutely)? (?:unnecessary|pointless|not (?:\w+ )?(?:necessary|needed|required|wanted|what i \w+))|(?:isn't|wasn't|aren't|won't be|wouldn't be) (?:\w+ )?(?:necessary|needed|required|what i \w+)|(?:is|was) the last thing|not (?:needed|necessary|required|wanted))\b/
/** Cannot at the moment, whatever else is said. */
const NOT_NOW =
  /\b(?:i|we)(?: can't| cant| can not| cannot| couldn't|(?: am|'m| are) (?:unable|not able) to| won't be able to) (?:talk|speak|chat|call)\b.* (?:now|at (?:the|this) (?:moment|time)|at work|today|tonight|currently|out loud|on the phone)$/
const REFUSAL =
  /^(?:no|nope|nah|never ?mind|forget it|not (?:needed|necessary|required|now|yet))(?: (?:thanks?|thank you|need|thx))?$|^(?:(?:it|that|this)(?:'s| is| was)? )?(?:not|isn't|won't be) (?:needed|necessary|required)$|^(?:i|we) (?:don't|do not) (?:want|need) (?:it|that|this|one|any|them)$/

/** Whether what stands around it makes of a request none: a denial, a question about it, a mention. */
export function isMentioned(clause: string, { index, 0: found }: RegExpExecArray): boolean {
  const before = clause.slice(0, index)
  if (NEEDLESS.test(clause.slice(index + found.length)) || WHICH.test(before)) return true
  if (SPEAKS.test(before) && SPEAKING.test(found)) return true
  if (AFTER_ALL.test(before)) return false
  if (DENIED.test(before) || WHEN.test(before)) return true
  return QUESTION.test(before) && !IN_VAIN.test(before)
}

/** What is left of the clauses of a message after the last one that takes back what stands before it. */
export function withoutRefused(clauses: readonly string[]): string[] {
  const refused = clauses.findLastIndex((one) => REFUSAL.test(one))
  return clauses.slice(refused + 1).filter((one) => !NOT_NOW.test(one))
}
