/** `clauses` hold no punctuation at their ends. */
export function asksInChinese(clauses: readonly string[]): boolean {
  const said = clauses.map((one) => withoutCourtesy(simple(one.replaceAll(/\s+/g, ''))))
  const left = said.filter((one) => one !== '')
  return said.some(isAsked) || (left.length > 0 && left.every((one) => BARE.test(one)))
}

const TRADITIONAL =
  '轉專聯繫係線務員換進嗎個麼問經負責幫給請說話談講機處覆復來沒無對為還這費採與闆後連實謝煩電點該應時讓別從會開壓厭過搵傾聲維護覺誰樣種點養夠見親嘅佢訴'
const SIMPLIFIED =
  '转专联系系线务员换进吗个么问经负责帮给请说话谈讲机处复复来没无对为还这费采与板后连实谢烦电点该应时让别从会开压厌过找聊声维护觉谁样种点养够见亲的他诉'
const SIMPLE = new Map([...TRADITIONAL].map((sign, at) => [sign, [...SIMPLIFIED][at] ?? sign]))

function simple(said: string): string {
  return [...said].map((sign) => SIMPLE.get(sign) ?? sign).join('')
}

const COURTESY =
  '(?:您好|你好|哈喽|嗨|亲亲?|hello|hi|麻烦(?:你|您)?|请(?!问.)|请问$|谢谢(?:你|您)?|多谢|thanks?|拜托|好的?|嗯+|那|please)'
const LEADING = new RegExp(`^${COURTESY}{1,6}`)
const TRAILING = /(?:谢谢(?:你|您|了)?|多谢|拜托了?|please|thanks?){1,3}$/

function withoutCourtesy(clause: string): string {
  return clause.replace(LEADING, '').replace(TRAILING, '')
}

const SERVICE = '(?:客服|客户服务|人工(?:客服|服务|坐席|座席|座席|台|客户)?|真人(?:客服|服务)?|活人|专人)'
const STAFF = `(?:(?:在线|售后|售前|真正的|真的|你们?的?)?${SERVICE}(?:人员|专员|代表|小姐姐|小哥|妹妹|经理|主管)?|工作人员|客户经理|值班经理|负责人|店员|主管|经理|老板|店主)`
const ONE = '(?:一?[个位名]|一下|下|你们?的?|你们?那边的?){0,3}'
/** What makes another word of it: artificial intelligence, labour cost, picked by hand, the hotline. */
const OTHER =
  '(?!智能|智慧|费|成本|价|工资|采|制|炒|种植|栽|养|合成|湖|林|岛|授粉|审核|翻译|呼吸|降雨|器官|皮|的(?!$)|电话|热线|号码|态度|微信|工作|时间|几点|什么时候|版|秀|游戏|cs|岗|职位|上班|费用|收费|要(?:钱|收费)|兼职|招聘)'
const SOFT =
  '(?:吧|吗|嘛|么|呢|啊|呀|哦|喔|噢|啦|了|哈|哒|呗|一下|下|好吗|可以吗|行吗|行不行|好不好|可不可以|可以不|快点?|赶紧|马上|立刻|现在|急){0,4}'

/** Wherever in a clause these stand they ask for a person, unless what stands before denies it. */
const SOUGHT = [
  `(?:转接?|传|赚)(?:给|到|去|至|入|成|为|回)?${ONE}(?:人[工公功]|${STAFF})${OTHER}`,
  `(?:切换?|换|(?<!转)接(?:通|入)?|呼叫|连线|连接|联系|召唤|叫|喊|找|进入?)(?:给|到|去|至|成|为|上)?(?:我)?${ONE}${STAFF}${OTHER}`,
  `(?:和|跟|同|与|对)${ONE}(?:${STAFF}|人|真正的人)(?:直接|当面|好好)?(?:说|聊|谈|讲|沟通|对话|交流|联系|咨询|通话)`,
  `(?:让|叫|请|安排|派)${ONE}${STAFF}(?:来|过来|出来|给我|跟我|和我|帮我|联系|接待|回复|处理|解决|回答|接|服务)`,
].map((one) => new RegExp(one))

const WHO =
  '(?:我们?|俺|本人|现在|立刻|马上|就|只|还是|想|能|可以|可不可以|能不能|能否|直接|给我|帮我|急需?|快|快点|赶紧|都说了|说了|不行){0,5}'
const WORK = '(?:回复|处理|介入|接待|解答|咨询|对话|聊天|沟通|接听|回答|帮忙|帮助|协助)'
const WHOLE = [
  `${WHO}(?:要|需要|想要|要求|希望|求|来|给我|给个|得要?)${ONE}${STAFF}(?:${WORK}|说话|来)?(?!.*[吗么嘛])${SOFT}`,
  `${WHO}(?:有没有?|有|还有)${ONE}(?:${STAFF}|人|活的)(?:在线?|上班|${WORK}|可以聊|能聊|可以咨询)?(?:吗|嘛|么|啊|呢|呀|没有?)?${SOFT}`,
  `(?:请问)?(?:你们?的?)?(?:有)?${STAFF}(?:都|还)?(?:在不在线?|在(?:线|哪里?|哪儿)?|呢|人呢|去哪了?|来一?下|出来|快来|上线|能出来)${SOFT}`,
  `(?:人呢|有人(?:在|理我|管|回复?|能回)?(?:吗|嘛|么|没有?|不)?|来个人|来人|出来个人|找个人(?:来)?|(?:你们?|您)?(?:能不能|可不可以|能否|可以|能|请|给我|帮我|我[要想])?(?:给我|帮我)?[换找叫来]一?(?:个|位)人(?:来|吧)?(?:说|聊|处理|回答|回复|跟我说)?|换人(?:来)?|换个真人)${SOFT}`,
  `${WHO}(?:要|要求|需要|想要|请|请求|申请)?(?:人工|真人|客服)${WORK}${SOFT}`,
  `(?:我们?|本人|现在|就|真的){0,3}(?:要|想|想要|要求|必须|得)(?:去|来)?(?:投诉|反映问题|提意见)(?:你们?|您|你们店|你们家|他|这个?|商家|卖家|店家|快递员?|物流)?(?:的)?${SOFT}`,
  '(?:zhuan)?(?:ren ?gong)(?:kefu)?',
].map((one) => new RegExp(`^(?:${one})$`))

const BARE = new RegExp(
  `^(?:${STAFF.replaceAll(/\|(?:主管|经理|老板|店主|负责人|店员|工作人员)/g, '')}|转|请){1,6}${SOFT}$`,
)
const AWAY =
  /(?:不想|不要|不愿意?|别让我|拒绝|讨厌|受够|不喜欢)(?:再|和|跟|同|与|要|是|用|了|你们?的?|这个?|看){0,4}(?:ai)?(?:机器人|智能客服|人机|自动回复)/

const DENIED =
  /(?:不(?:要|用|想|需要|必|希望|愿意?|打算|是要?|准|可|想要|用再)?|别|勿|甭|无需|无须|没(?:有)?必要|没说要?|没让你|没要求?|没叫你|没想)(?:再|给我|帮我|急着|急|去|来|你|您|要|直接|马上|现在|老是?|总是?|随便|乱|动不动|就|把我|先){0,4}$/
const ASKED_WHY = /(?:怎么|为什么|为啥|干嘛|干吗|咋|要)(?:还|就|都|一直)?不(?:给我|帮我|让我)?$/
const PAST = /(?:昨天|前天|之前|上次|刚才|刚刚|已经|以前|上周|早上|上个?月|当时|去年)(?!.*(?:要|想|请|帮))/

function isAsked(clause: string): boolean {
  if (AWAY.test(clause) || WHOLE.some((one) => one.test(clause))) return true
  return SOUGHT.some((pattern) => {
    const found = pattern.exec(clause)
    if (!found) return false
    const before = clause.slice(0, found.index)
    if (PAST.test(before)) return false
    return ASKED_WHY.test(before) || !DENIED.test(before)
  })
}
