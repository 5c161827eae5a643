import { fold } from './knowledge/fold.ts'

/** What people write in the middle of a form that is no answer to it, in English and Chinese. */

/** What is longer says more than that. */
const SHORT = 80

const UP_LEAD =
  /^(?:(?:ok|okay|no|nope|oh|ah|well|sorry|please|pls|actually|just|then|and|but|so|hmm?|thanks|thank you|can you|could you|can i|could i|may i|(?:i|we) (?:want|have|need|would like|wish) to|i'd like to|i'll|i will|you can|let's|let us) )+/
const UP_TAIL =
  /(?: (?:please|pls|thanks|thank you|then|now|here|for now|any ?more|sorry|ok|okay|bye|after all|at all|instead))+$/
const UP =
  /^(?:(?:cancel|stop|quit|abort|exit|leave|drop|end|close)(?: (?:it|this|that|all|everything|asking|(?:this|the) (?:form|chat|request|questions?)))?|never ?mind(?: (?:it|that))?|nvm|forget (?:about )?(?:it|this|that)|go back|start over|(?:i(?:'ve| have)? )?changed my mind|not now|(?:it )?does(?: not|n't|nt) matter|no longer (?:needed|interested)|not interested|i give up|i(?: do not|'d rather not|don't|dont)(?: want (?:to|it|this|that))?(?: (?:do|fill|answer|continue|go on|say|tell|give)(?: (?:it|this|that|in|out|on|you))*)?(?: the form)?)$/
/** What the last of them would take for itself: "I do not" alone gives nothing up. */
const UNDONE = /^i(?: do not|don't|dont)$/

const UP_ZH =
  /^(?:那|就|好的?|哦|噢|嗯|唉|哎|还是|我|想|要|请|帮我?|麻烦|先|对不起|不好意思|抱歉){0,6}(?:取消|算了|不填|退出|停止?|不用|不需要|不要|不想(?:填|继续|弄|办|说|回答)|不(?:弄|办|退|买|继续|说)了|没事了|没关系|放弃|返回|(?:改变|改)主意|不了)(?:了|吧|啊|呀|啦|掉|下|写|填写|操作|表单|这个|谢谢?|多谢|您|你|先){0,6}$/

/** Whether a text gives up what was begun and says nothing besides: "never mind", "cancel please", "算了吧". */
export function givesUp(text: string): boolean {
  const said = plain(text)
  if (said === undefined) return false
  if (UP_ZH.test(said.replaceAll(' ', ''))) return true
  const bare = said.replace(UP_TAIL, '')
  return [bare, bare.replace(UP_LEAD, '')].some((one) => UP.test(one) && !UNDONE.test(one))
}

const NOT_THERE =
  /^(?:(?:sorry|oh|well|but|no|hmm?|actually|unfortunately) )*(?:(?:i|we) (?:(?:do not|don't|dont|did not|didn't|never|no longer|cannot|can't|cant|could not|couldn't)(?: (?:really|even|actually))? (?:have|know|find|remember|recall|got|get|see|receive)|(?:have |'?ve )?(?:lost|forgot|forgotten|deleted|thrown away)|have no|'ve no|am not sure|have not got|haven't got)\b.{0,60}|i'm not sure\b.{0,40}|no idea|not sure|(?:don't|dont|do not) know|don't have (?:it|one|that|any)|can't find it|(?:i )?forgot(?: it)?|no (?:[a-z]+ ){0,2}(?:number|code|address|account))$/
const NOT_THERE_ZH =
  /^(?:对不起|不好意思|抱歉|可是|但是|我|现在|手上|暂时|也|都|已经|真的?){0,4}(?:没有|没|找不到|不知道|不清楚|不确定|忘了|忘记|记不得|记不住|记不清|不记得|弄丢|丢了).{0,16}$/

/** Whether somebody says that they have not got what is asked for: "I do not have it", "我没有订单号". */
export function cannotGive(text: string): boolean {
  const said = plain(text)
  if (said === undefined) return false
  return NOT_THERE.test(said) || NOT_THERE_ZH.test(said.replaceAll(' ', ''))
}

const QUESTION =
  /^(?:(?:hi|hello|hey|ok|okay|and|but|so|well|sorry|please|actually|wait|by the way|excuse me|one (?:more )?question) )*(?:(?:who|whom|whose|what|what's|when|where|where's|why|which|how|how's) \S+ \S|(?:can|could|may|do|does|did|is|are|was|were|will|would|should|have|has) (?:i|you|we|it|there|this|that|the|my|your|our|they|he|she|somebody|anyone|someone)\b|(?:tell me|i wonder|i(?:'d| would) like to know|i want to know)\b)/
const QUESTION_ZH =
  /[吗嘛呢]$|什么|怎么|怎样|多少|多久|多长时间|为啥|为何|如何|是否|能否|有没有|是不是|能不能|可不可以|要不要|请问|想问|在哪|哪里|哪儿|到哪/

/** Whether a text is a question, by its sign or by how it begins; a sentence that asks nothing is none, however long. */
export function isQuestion(text: string): boolean {
  if (/[?？]\s*$/.test(text)) return /\p{L}/u.test(text)
  const said = plain(text, 500)
  if (said === undefined) return false
  return QUESTION.test(said) || QUESTION_ZH.test(said.replaceAll(' ', ''))
}

/** Without marks and case, in simplified characters. */
function plain(text: string, max = SHORT): string | undefined {
  if (text.length > max) return undefined
  const said = fold(text)
    .replaceAll('’', "'")
    .replaceAll(/[^\p{L}\p{N}\s']+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return said === '' ? undefined : said
}
