import type { RatingScale } from '@hutong/core/parts'
import { simplified } from './simplified.ts'

/** What Chinese words of judgement mean on a scale, whole utterances only; undefined for all others. `said` is folded. */
export function scoreInChinese(said: string, scale: RatingScale): number | undefined {
  const bare = simplified(said.replace(/[\s,、。!]/g, ''))
  switch (scale) {
    case 'csat':
      return satisfaction(judged(bare))
    case 'ces':
      return ease(judged(bare))
    case 'nps':
      return likelihood(bare)
    case 'solved':
      return solved(bare)
  }
}

const SUBJECT =
  /^(?:我们?|本人|个人|感觉|觉得|总体(?:来说|上)?|整体(?:来说|上)?|总的来说|这次|对|你们|您们|客服|服务|态度|体验|回复|的|都|还是(?=不|很|非常|挺|比较))+/
const PARTICLES = /(?:的|了|啊|呀|啦|哦|吧|哈|喔|服务|体验)+$/

function judged(said: string): string {
  const rest = said.replace(SUBJECT, '')
  return (rest === '' ? said : rest).replace(PARTICLES, '')
}

const STRONG = '(?:非常|特别|十分|超级?|极其|极度|极|相当|太|完全|最|很|真的?很?|万分|无比|实在)'
const MILD = '(?:比较|还算|还|挺|蛮|较|相对|基本上?)'
const A_BIT = '(?:有点儿?|有些|稍微|略微?|比较|较|挺)'
const HARDLY = '(?:不太|不是很|不是太|不是特别|不是非常|不怎么|不够|不大|不算|谈不上|说不上|没那么|没有很|并不|不)'
const NOT_AT_ALL = `(?:${STRONG}不|一点儿?(?:都|也)?不|根本不|毫不|从不)`

function reads(pattern: string): (said: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`, 'u')
  return (said) => whole.test(said)
}

type Row = readonly [score: number, is: (said: string) => boolean]

function firstOf(rows: readonly Row[]): (said: string) => number | undefined {
  return (said) => rows.find(([, is]) => is(said))?.[0]
}

const UTMOST = '(?:极|透|爆|翻|得很|到家|到极点|死|呆)'
const FINE = '(?:满意|好|棒|赞|优秀|完美|周到|专业|耐心|热情|给力|到位|贴心)'
const BAD = '(?:差|差劲|糟|糟糕|烂|垃圾|恶劣|失望|不满)'

const satisfaction = firstOf([
  [3, reads('一般般?|还行|还可以|还好|普通|马马虎虎|凑[合活]|中等|中评|中规中矩|平平|不好不坏|不好也不坏')],
  [2, reads(`${STRONG}一般|不怎么样|不咋[地样]|不行|${A_BIT}?不满|${A_BIT}不${FINE}`)],
  [5, reads(`${STRONG}(?:${FINE}|不错)|完美|优秀|棒|赞|给力|好评|五星好评|${FINE}${UTMOST}`)],
  [4, reads(`${MILD}(?:${FINE}|不错)|满意|不错|周到|专业|耐心|热情|到位|贴心`)],
  [1, reads(`${NOT_AT_ALL}${FINE}|${STRONG}(?:${BAD}|不行)|差评|差劲|糟糕|烂|垃圾|恶劣|(?:不${FINE}|${BAD})${UTMOST}`)],
  [2, reads(`${HARDLY}${FINE}|${A_BIT}?(?:差|糟|失望)`)],
])

const EASY = '(?:容易|简单|轻松|方便|顺利|省事)'
const HARD = '(?:困难|难|麻烦|费劲|复杂|吃力|费力)'

const ease = firstOf([
  [4, reads('一般般?|还行|还可以|还好|普通|中等|不难也不容易|不容易也不难')],
  [7, reads(`${STRONG}${EASY}|(?:毫不|一点儿?(?:都|也)不)${HARD}`)],
  [5, reads(`${MILD}${EASY}|(?:不|不太|不算|不怎么|不是很)${HARD}`)],
  [6, reads(EASY)],
  [1, reads(`${STRONG}${HARD}|${NOT_AT_ALL}${EASY}`)],
  [3, reads(`${A_BIT}${HARD}|(?:不太|不是很|不怎么|不够|不算|没那么)${EASY}`)],
  [2, reads(`${HARD}|(?:并?不)${EASY}`)],
])

const RECOMMEND = '(?:推荐|介绍)?(?:给.{0,4}朋友|你们?|的)*'

const likelihood = firstOf([
  [
    10,
    reads(
      `(?:一定|肯定|绝对|当然|必须|必定)会?${RECOMMEND}|${STRONG}(?:会|愿意|可能|乐意)${RECOMMEND}|(?:强烈|力荐|十分|非常|极力)推荐`,
    ),
  ],
  [0, reads(`(?:(?:绝对|肯定|一定|完全|根本|永远|打死)都?不(?:会|可能|愿意?|推荐)|不可能|从不)${RECOMMEND}`)],
  [8, reads(`(?:我们?)?(?:会|愿意|乐意|推荐|很?有?可能会?推荐|应该会)${RECOMMEND}`)],
  [3, reads(`(?:我们?)?(?:不太|不大|不怎么|可能不|应该不|大概不)(?:会|可能|想|愿意?|推荐)?${RECOMMEND}`)],
  [1, reads(`(?:我们?)?不(?:会|愿意?|想|推荐|打算|考虑|建议)${RECOMMEND}`)],
])

const MATTER = '(?:我的|这个)?(?:问题|事情)?'
const DONE = '(?:解决|搞定|处理好|弄好|修好|办好)'

const solved = firstOf([
  [
    1,
    reads(
      `(?:是|是的|对|嗯)?${MATTER}(?:已经?|都|全部?|完全|终于|现在|基本上?)*(?:${DONE}了?|(?:好|可以|没问题|没有问题)了)(?:的|啦|哦|呀|啊)?`,
    ),
  ],
  [1, reads('是|是的|是啊|对|对的|有|有的|嗯+|恩')],
  [
    0,
    reads(
      `(?:没有?|不|不是|否)?${MATTER}(?:还是|还|依然|仍然?|尚|根本|完全|并|都|一直|目前|暂时)*(?:没有?|未|不|无法|没能)(?:能|有|给我|得到|被|完全|彻底|真正)*${DONE}(?:好|掉)?(?:呢|啊|呀|的)?`,
    ),
  ],
  [0, reads('没|没有|没呢|还没|还没有|还没呢|还没好|并没有?|不是|否|(?:还是)?不行|解决不了|尚未')],
])
