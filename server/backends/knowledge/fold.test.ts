import { describe, expect, test } from 'vitest'
import { fold } from './fold.ts'

describe('a text in traditional signs', () => {
  test.each([
    ['我要申請退欵', '我要申请退款'],
    ['營業時間到幾點', '营业时间到几点'],
    ['哪裡可以辦理賠償', '哪里可以办理赔偿'],
    ['處理訂單的歷史記錄', '处理订单的历史记录'],
    ['運費、稅金與關稅怎麼計算', '运费、税金与关税怎么计算'],
    ['機場櫃檯領取郵包須攜帶證件嗎', '机场柜台领取邮包须携带证件吗'],
    ['為什麼還沒收到貨，請儘快聯繫', '为什么还没收到货，请尽快联系'],
    ['優惠券無法兌換點數', '优惠券无法兑换点数'],
  ])('%s is the same as in simplified ones', (traditional, simplified) => {
    expect(fold(traditional)).toBe(fold(simplified))
  })

  test('comes to signs that are not folded on, and a simplified one stays as it is', () => {
    const rows = Array.from({ length: 0xf7 - 0xb0 + 1 }, (_, row) =>
      Array.from({ length: 94 }, (_, cell) => [0xb0 + row, 0xa1 + cell]),
    )
    const simplified = [...new TextDecoder('gb18030').decode(Uint8Array.from(rows.flat(2)))]
    const changed = simplified.filter((sign) => fold(sign) !== sign)
    expect(changed.toSorted()).toEqual(['於', '後', '徵', '覆', '麽'].toSorted())
    for (let sign = 0x4e00; sign < 0xa000; sign++) {
      const folded = fold(String.fromCodePoint(sign))
      expect(fold(folded), folded).toBe(folded)
      expect(folded).toHaveLength(1)
    }
  })
})
