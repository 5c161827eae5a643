import { describe, expect, it } from 'vitest'
import { optionMeant } from './option-meant.ts'

const options = ['order', 'return', 'other'].map((id) => ({ id, label: { en: `My ${id}`, zh: id } }))

describe('an option is picked by its place', () => {
  it.each([
    'the second',
    'The second one',
    'second, please',
    "I'll take the second one",
    'the 2nd option',
    'option 2',
    'number two please',
    'No. 2',
    '2 please',
    '第二个',
    '第二個',
    '第 2 个',
    '第二项吧',
    '我要第二个',
    '选2',
    '选第二个',
    '選二',
    '選擇第二個',
    '2号',
    '２',
    'my return',
  ])('as "%s"', (text) => {
    expect(optionMeant(text, options)).toBe('return')
  })

  it.each(['the last one', '最后一个', 'the third', '第三'])('and the last of all as "%s"', (text) => {
    expect(optionMeant(text, options)).toBe('other')
  })

  it.each([
    'the fourth',
    '第四个',
    'one moment please',
    'the second parcel never came',
    '第二个多少钱',
    '我要两个',
    'two parcels',
    'a second',
    'at last',
    '',
  ])('but not by "%s"', (text) => {
    expect(optionMeant(text, options)).toBeUndefined()
  })

  it('in a text that is chosen to take long, in no time', () => {
    const started = performance.now()
    for (const one of ['第', '我', '选', '一', 'the ', 'ok ', ' ', '。', '我要', '是'])
      for (const length of [59, 8_000]) optionMeant(one.repeat(length).slice(0, length), options)
    expect(performance.now() - started).toBeLessThan(100)
  })
})
