import type { RatingScale } from '@hutong/core/parts'
import { expect, it } from 'vitest'
import { isRequest, readRating } from './rating-words.ts'

const OPEN: readonly (readonly [RatingScale, readonly string[]])[] = [
  [
    'solved',
    [
      'yes, but it broke again',
      'yes but still broken',
      '解决了，但是又坏了',
      '是的，但是现在又不行了',
      'solved, but now the second one is broken too',
      'Yes. However, the other lamp is dead',
      'yes although it took three days',
      'solved for now, but the error came back',
      'yes and now it is broken again',
      'Yes, it broke again this morning',
      'fixed, still no sound though',
      'it works now, except for the camera',
      'yes, only the printer is missing',
      'works, but not on my phone',
      'yeah, partly',
      'yes, mostly',
      'yes, another problem came up',
      'Solved. Now there is a new issue',
      'yes it works but slow',
      'all good, but I never got the refund',
      '是的，又出问题了',
      '解决了，又坏了',
      '解决了可是还没退款',
      '已解决，不过退款还没到',
      '搞定了，就是还有一个问题',
      '解决了，另外发票没收到',
      '好了，但还是连不上',
      '问题解决了，只是声音没有了',
      '是，但没完全解决',
      '是的，解决了一半',
      '解決了，但是又壞了',
      '是的，但現在又不行了',
      '已經解決了，不過退款還沒到',
      '解決了，可是還是打不開',
      '好了，又斷了',
      '對，但是還有問題',
      '解決了，另外想問發票',
      'yes, thanks, but it happened again',
      'yep! though now it crashes',
      'Y but not really',
      '是的，机器又开始漏水了',
      '解决了，今天又死机了',
      '有，但是又坏了',
      '嗯，不过又卡了',
      'yes, it keeps disconnecting',
      'solved, then it failed again',
      'yes\nbut it stopped again',
    ],
  ],
  [
    'csat',
    [
      '4，請幫我改地址',
      '滿意，但是什麼時候發貨',
      '4，还没收到货',
      '5, but it broke again',
      '4, still waiting for my parcel',
      '2，包裹还没到',
      '1, still broken',
      '1. get me a manager',
      '5 but the lamp is missing',
      '4, the second lamp is broken',
    ],
  ],
  ['nps', ['9，還沒收到貨']],
]

const OVER: readonly (readonly [RatingScale, readonly string[]])[] = [
  [
    'solved',
    [
      'yes, Lin was great',
      '解决了，客服很耐心',
      'yes, thank you so much',
      'yes, quick and friendly',
      '是的，很快',
      '已經解決，謝謝',
      '解決了，客服很有耐心',
      'yes, all good now',
      'yes because Lin helped me',
      "yes it's fixed, great work",
      'solved!! you are the best',
      '是的，又快又好',
      '好了，谢谢林小姐',
      '是的，問題解決了',
      '弄好了',
      '搞定啦',
      'yes, still very happy',
      '没问题了',
    ],
  ],
  [
    'csat',
    [
      '4，就是慢了点',
      '5，又快又好',
      "4, I'd come again",
      '5, thanks again',
      '2, nobody answered',
      '5, you fixed my broken kettle',
      'very good, though slow',
      '4，还不错',
      '3, still good',
    ],
  ],
]

const each = (table: typeof OPEN) => table.flatMap(([scale, all]) => all.map((typed) => [scale, typed] as const))

it.each(each(OPEN))(
  'whoever answers a %s question with “%s” has a matter for people, and gives no score',
  (scale, typed) => {
    expect(readRating(typed, scale)).toBeUndefined()
  },
)

it.each(each(OVER))('whoever answers a %s question with “%s” gives a score', (scale, typed) => {
  expect(readRating(typed, scale)?.score).toBeGreaterThan(0)
})

const WENT_WRONG: readonly (readonly [words: string, forPeople: boolean])[] = [
  ["it still doesn't work", true],
  ['my parcel has not arrived', true],
  ['包裹还没到', true],
  ['又坏了', true],
  ['還沒退款', true],
  ['nobody answered for an hour', false],
  ['too slow', false],
  ['太慢了', false],
  ['态度差', false],
  ['get me a manager', true],
  ['我要找你们领导', true],
  ['the agent was rude', false],
  ['your price is too high', false],
  ['他没有耐心', false],
  ['I had to explain it three times', false],
  ['等了三个小时', false],
  ['退款一直没有到账', true],
  ['it broke again yesterday', true],
  ['请联系我', true],
  ['the answer was wrong', false],
  ['回答不对', false],
  ['答非所问', false],
  ['沒有人理我', false],
]

it.each(WENT_WRONG)('of what went wrong, “%s” is for people to read at once: %s', (words, forPeople) => {
  expect(isRequest(words)).toBe(forPeople)
})
