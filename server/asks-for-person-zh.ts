import { isMentioned, withoutRefused } from './asks-for-person-zh-denied.ts'
import { simplified } from './simplified.ts'

/** `clauses` hold no punctuation at their ends. */
export function asksInChinese(clauses: readonly string[]): boolean {
  const whole = withoutRefused(clauses.map((one) => mandarin(simplified(one.replaceAll(/\s+/g, '')))))
  const said = whole.filter((one) => !THANKED.test(one)).map(withoutCourtesy)
  const left = said.filter((one) => !IDLE.test(one))
  const [last, ...before] = left.toReversed()
  if (said.some(isAsked)) return true
  return last !== undefined && BARE.test(last) && before.every((one) => BARE.test(one) || USELESS.test(one))
}

/** What is said otherwise in Cantonese, or in English among Chinese words. */
const OTHERWISE: readonly (readonly [RegExp, string])[] = [
  [/唔该/g, '请'],
  [/唔(?:使|洗)/g, '不用'],
  [/唔好/g, '不要'],
  [/可唔可以|得唔得/g, '可不可以'],
  [/唔/g, '不'],
  [/冇/g, '没有'],
  [/搵/g, '找'],
  [/倾(?:下?偈)?/g, '聊'],
  [/点解/g, '为什么'],
  [/几耐/g, '多久'],
  [/喺(?:边度?|邊度?)/g, '在哪'],
  [/喺(?:度|呢度)?/g, '在'],
  [/哋/g, '们'],
  [/嚟/g, '来'],
  [/喇/g, '啦'],
  [/嘅/g, '的'],
  [/佢/g, '他'],
  [/(?:俾|畀)(?=我)/g, '给'],
  [/(?:real|live|human)?(?:human|person|agent|customerservice|operator)/g, '人工'],
  [/^(?:i)?(?:need|want)(?=人工|真人|客服)/g, '要'],
]

function mandarin(said: string): string {
  return OTHERWISE.reduce((so, [from, to]) => so.replace(from, to), said)
}

const COURTESY =
  '(?:您好|你好|哈喽|嗨|亲亲?|hello|hi|麻烦(?:你|您)?|请(?!问.)|请问$|谢谢(?:你|您)?|多谢|thanks?|拜托|好的?|嗯+|那|please)'
const LEADING = new RegExp(`^${COURTESY}{1,6}`)
const TRAILING = /(?:谢谢(?:你|您|了)?|多谢|拜托了?|please|thanks?){1,3}$/

function withoutCourtesy(clause: string): string {
  return clause.replace(LEADING, '').replace(TRAILING, '')
}

const SERVICE = '(?:客服|客户服务|接线[员生]|人工(?:客服|服务|坐席|座席|座席|台|客户)?|真人(?:客服|服务)?|活人|专人)'
const STAFF = `(?:(?:在线|售后|售前|真正的|真的|你们?的?)?${SERVICE}(?:人员|专员|代表|小姐姐|小哥|妹妹|经理|主管)?|工作人员|客户经理|值班经理|负责人|店员|专员|主管|经理|老板|店主)`
/** Theirs, not the writer's own. */
const THEIRS =
  '(?:你们?|您们?|贵司|贵店)(?:这|那)?(?:边|里|儿)?的?(?:[一另]个)?(?:领导|上级|上司|同事|老总|店长|组长|主任|总监|管事的|能做主的人?|说了算的人?)'
const ONE = '(?:一?[个位名]|一下|下|你们?的?|你们?那边的?){0,3}'
/** What makes another word of it: artificial intelligence, labour cost, picked by hand, the hotline. */
const OTHER =
  '(?!智能|智慧|费|成本|价|工资|采|制|炒|种植|栽|养|合成|湖|林|岛|授粉|审核|翻译|呼吸|降雨|器官|皮|的(?!$)|电话|热线|号码|态度|微信|工作|时间|几点|什么时候|版|秀|游戏|cs|岗|职位|上班|费用|收费|要(?:钱|收费)|兼职|招聘)'
const SOFT =
  '(?:吧|吗|嘛|么|呢|啊|呀|哦|喔|噢|啦|了|哈|哒|呗|一下|下|好吗|可以吗|行吗|行不行|好不好|可不可以|可以不|快点?|赶紧|马上|立刻|现在|急){0,4}'

/** Wherever in a clause these stand they ask for a person, unless what stands before denies it. */
const SOUGHT = [
  `(?:转[接驳]?|传|赚)(?:给|到|去|至|入|成|为|回)?${ONE}(?:人[工公功]|${STAFF}|${THEIRS})${OTHER}`,
  `(?:切换?|换|(?<!转)接(?:通|入)?|呼叫|连线|连接|联[系络]|连络|咨询|申请|预约|(?<!看|碰|遇|听)见|驳|召唤|叫|喊|找|进入?)(?:给|到|去|至|成|为|上)?(?:我)?${ONE}(?:${STAFF}|${THEIRS})${OTHER}`,
  `(?:和|跟|同|与|对)${ONE}(?:${STAFF}|${THEIRS}|人|真正的人)(?:直接|当面|好好)?(?:说|聊|谈|讲|沟通|对话|交流|联[系络]|咨询|通话)(?!好|过|完|妥|定|清楚了)`,
  `(?:让|叫|请|安排|派)${ONE}(?:${STAFF}|${THEIRS})(?:来|过来|出来|给我|跟我|和我|帮我|联系|接待|回复|处理|解决|回答|接|服务)`,
].map((one) => new RegExp(one))

const WHO =
  '(?:我们?|俺|本人|现在|立刻|马上|就|只|还是|请问|怎么|为什么|为啥|咋|你们?|这里|这儿|连|都|一个|想|能|可以|可不可以|能不能|能否|直接|给我|帮我|急需?|快|快点|赶紧|都说了|说了|不行){0,5}'
const WORK = '(?:回复|处理|介入|接待|解答|咨询|对话|聊天|沟通|接听|回答|帮忙|帮助|协助)'
const WHOLE = [
  `${WHO}(?:要|需要|想要|要求|希望|求|来|给我|给个|得要?)${ONE}${STAFF}(?:${WORK}|说话|来)?(?!.*[吗么嘛])${SOFT}`,
  `${WHO}(?:有没有?|有无|没有|有|还有)${ONE}(?:${STAFF}|人|活的)(?:在线?|上班|${WORK}|可以聊|能聊|可以咨询)?(?:吗|嘛|么|啊|呢|呀|没有?)?${SOFT}`,
  `(?:请问)?(?:你们?的?)?(?:有)?${STAFF}(?:都|还)?(?:在不在线?|在(?:线|哪里?|哪儿)?|呢|人呢|去哪了?|来一?下|快?(?:点儿?)?出来|快来|上线|能出来)${SOFT}`,
  `(?:人呢|有人(?:在|理我|管|回复?|能回)?(?:吗|嘛|么|没有?|不)?|来个人|来人|出来个人|(?:让|叫|找|派|换|安排)(?:个|位)?(?:真|活)?人(?:过?来|出来)?(?:跟我|和我|给我|帮我|同我)?(?:说|聊|谈|处理|解决|回复|回答|联系我?|看看?|帮忙)?(?:话|下)?|找(?:个|位)?人(?:来|问一?下|问问|聊聊|聊|说说|说|谈谈|谈|投诉|反映|解决|处理)?|(?:我?要|我?想|得|必须)找(?:个|位)?(?:真|活)?人(?:来|问一?下|问问|聊聊|聊|说说|说|谈谈|谈|投诉|反映|解决|处理)?|(?:你们?|您)?(?:能不能|可不可以|能否|可以|能|请|给我|帮我|我[要想])?(?:给我|帮我)?[换找叫来]一?(?:个|位)人(?:来|吧)?(?:说|聊|处理|回答|回复|跟我说)?|换人(?:来)?|换个真人)${SOFT}`,
  `${WHO}(?:要|要求|需要|想要|请|请求|申请)?(?:人工|真人|客服)${WORK}${SOFT}`,
  `(?:我们?|本人|现在|就|真的){0,3}(?:要|想|想要|要求|必须|得)?(?:去|来)?(?:投诉|反映问题|提意见)(?:你们?|您|你们店|你们家|他|这个?|商家|卖家|店家|快递员?|物流)?(?:的)?(?:${STAFF})?${SOFT}`,
  `${WHO}转(?:接|到|给|去)?(?:售后|售前|销售|财务|投诉|技术)(?:部门?|人员|那边)?${SOFT}`,
  `${WHO}${ONE}${STAFF}(?:都|也)没有?(?:吗|嘛|么|啊)?`,
  `.{0,6}(?:找|联系|联络|打|接)不(?:到|上|通|着|了)${ONE}${STAFF}${SOFT}`,
  `${WHO}(?:找|叫|喊|换|见|联系)?${ONE}${THEIRS}(?:来|出来|过来|说话|谈|处理|解决)?${SOFT}`,
  '(?:zhuan)?(?:ren ?gong)(?:kefu)?',
].map((one) => new RegExp(`^(?:${one})$`))

const BARE = new RegExp(
  `^(?:(?:${STAFF.replaceAll(/\|(?:主管|经理|老板|店主|负责人|店员|工作人员)/g, '')}|转|请){1,6}|有(?:没有)?人(?:可以|能)帮(?:帮|一下)?(?:我|忙)(?:吗|嘛|么)?)${SOFT}$`,
)
const IDLE = new RegExp(`^${SOFT}$`)
const USELESS =
  /机器人|机械人|人机|ai|智能|[听看]不懂|不懂|没用|答非所问|太?笨|傻|蠢|垃圾|废物|解决不了|帮不了|不行|不对|重复|循环|玩意/
const AWAY =
  /(?:不想|不要|不愿意?|别让我|拒绝|讨厌|受够|不喜欢)(?:再|和|跟|同|与|要|是|用|了|你们?的?|这个?|看){0,4}(?:ai)?(?:机器人|智能客服|人机|自动回复)/

/** Thanks for one of them, or a word about it. */
const THANKED = new RegExp(`^(?:谢谢|多谢|感谢|辛苦|谢了)(?:你们?|您们?|了|各位|这位)*(?:的)?${STAFF}(?:了|啦|们)?$`)

function isAsked(clause: string): boolean {
  if (AWAY.test(clause) || WHOLE.some((one) => one.test(clause))) return true
  return SOUGHT.some(
    (pattern) =>
      pattern.test(clause) && [...clause.matchAll(new RegExp(pattern, 'g'))].some((one) => !isMentioned(clause, one)),
  )
}
