/** Words that carry what was denied on to what it is about: "不*需要你帮我*转". */
const ON =
  '(?:再|给我|帮我|替我|把我|让我|为我|急着|急|去|来|要|想|需要|打算|觉得|认为|有?必要|用|要求|你们?|您|直接|马上|现在|老是?|总是?|随便|乱|动不动|就|先|是|说|请|叫|让|找|得|被|乐意|愿意?|希望|喜欢|是要?|麻烦){0,6}'
const DENIED = new RegExp(
  `(?:不(?:要|用|想|需要?|必|希望|愿意?|打算|是|准|许|得|可|劳|该|肯|喜欢|觉得|认为)?|别|勿|甭|莫|免|毋(?:须|需)|休想|无需|无须|用不着|犯不着|何必|没(?:有)?(?:必要|要|想|说|让|叫|打算|要求|请|需要)|没(?:有)?(?=找|联系|联络|叫)|拒绝|禁止|避免|停止|取消|撤销|结束|讨厌|害?怕|懒得|谁(?:要|说|让|叫|想|允许)我?|误点|误触|不小心[点按选]?|[点按选]错|手滑)(?:了|你们?|您)?${ON}$`,
)
const ASKED_WHY =
  /(?:(?:怎么|为什么|为啥|干嘛|干吗|咋)(?:还|就|都|一直|总|老是?)*(?:不|没有?)|还不|要不|能不能|可不可以|行不行)(?:给我|帮我|让我|能|可以)*$/
/** Was it not said so? */
const WAS_IT_NOT = /(?<!是)不是(?:说|已经|都|叫|让|刚).*[吗嘛么]$/
const PAST = /(?:昨天|前天|之前|上次|刚才|刚刚|已经|以前|上周|早上|上个?月|当时|去年)(?!.*(?:要|想|请|帮))/
const QUESTION =
  /(?:多久|多长时间|几分钟|几个小时)(?:才|可以|能|会|给我)*$|(?:怎么|为什么|为啥|干嘛|干吗|咋)(?:又|要|就|老是?|总是?|一直|非要?|突然|还|给我|帮我|把我)+$|(?:是不是|是否|要不要|用不用|需不需要|有没有必要|必须|一定)(?:要|得|需要)?(?:先)?$/

const NEEDLESS =
  /^(?:什么的|这个?|这事|嘛|呢|的话)*(?:就|也|都|还是|真的|实在|我|暂时|先|目前|现在|其实)*(?:(?:不用|不必|不需要|不要|没必要|没有必要|无需|用不着|大可不必|不想|不|别|取消)(?:了|啦|吧|的|转|找)*$|算了|免了|拉倒|免谈|就不了|不用了|不必了|不需要了)/
/** How long, how much, and what then. */
const ABOUT =
  /^[^不]{0,8}(?:多久|多长时间|几分钟|几点|几个小时|什么时候|多少钱|收费|收钱|要钱|花钱|费用|排队|是什么|什么意思|有什么用|有用吗|有必要吗)|^(?:了?之?后|以后|了?的话|之?前|以前|的时候|期间|时).*(?:[吗嘛么呢]$|会不会|能不能|是不是|可不可以|怎么办|什么)|^(?:之前|以前|前|是不是|会不会|要不要)|^(?!.*(?:[帮给]我|快|赶紧|没人|电话|联系|回[复答]|处理)).{2,}(?<!好|可以|行|成|能|在线?|有)[吗嘛么]$/

/** Whether what stands around it makes of a request none: a denial, a question about it, a mention. */
export function isMentioned(clause: string, { index, 0: found }: RegExpExecArray): boolean {
  const before = clause.slice(0, index)
  const after = clause.slice(index + found.length).replace(/^(?:客服|服务|人员|专员)+/, '')
  if (NEEDLESS.test(after)) return true
  if (ASKED_WHY.test(before) || WAS_IT_NOT.test(clause)) return false
  return PAST.test(before) || DENIED.test(before) || QUESTION.test(before) || ABOUT.test(after)
}

const REFUSAL =
  /^(?:还是)?(?:不用|不必|不需要|不要|算了|免了|没必要|无需|用不着|先不|暂时不用)(?:了|吧|啦|的)*(?:谢谢(?:你|您)?|多谢)?$/

/** What is left of the clauses of a message after the last one that takes back what stands before it. */
export function withoutRefused(clauses: readonly string[]): string[] {
  return clauses.slice(clauses.findLastIndex((one) => REFUSAL.test(one)) + 1)
}
