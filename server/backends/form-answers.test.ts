import { describe, expect, it } from 'vitest'
import { cancels, checkAnswer, type FormField, readTyped } from './form-answers.ts'

const NOW = new Date(2026, 10, 21, 12).getTime()

function typed(field: Partial<FormField>, text: string): string {
  const one: FormField = { name: 'it', label: 'It', type: 'text', required: true, ...field }
  const { answers, wrong } = readTyped([one], text, NOW)
  return wrong ? `wrong: ${wrong.complaint.wrong}` : (answers.it ?? '')
}

describe('a number', () => {
  it.each([
    ['00123456', '00123456'],
    ['my order number is 123456', '123456'],
    ['#123456', '123456'],
    ['No. 77', '77'],
    ['订单号是123456', '123456'],
    ['１２３', '123'],
    ['1,234.50', '1234.5'],
    ['-3', '-3'],
    ['€50', '50'],
    ['12345678901234567890', '12345678901234567890'],
  ])('is taken out of "%s"', (text, value) => {
    expect(typed({ type: 'number' }, text)).toBe(value)
  })

  it.each(['it is 5, not 6', 'AB-1234', 'five', '10:30', '2026-01-31'])('is not guessed from "%s"', (text) => {
    expect(typed({ type: 'number' }, text)).toBe('wrong: number')
  })

  it.each(['text', 'number', 'tel'] as const)('of a pattern is found in the words of a field of type %s', (type) => {
    const field = { type, pattern: '{digits:6}' }
    expect(typed(field, 'my order is #012345, thanks')).toBe('012345')
    expect(typed(field, '123456, yes 123456')).toBe('123456')
    expect(typed(field, '123456 or 123457')).toBe(`wrong: ${type}`)
    expect(typed(field, '1234567')).toBe(`wrong: ${type}`)
  })
})

describe('a text that is called a number', () => {
  it.each([
    ['my order number is AB-1234', 'AB-1234'],
    ['订单号AB-1234', 'AB-1234'],
    ['#00123', '00123'],
    ['AB 1234', 'AB 1234'],
    ['it is 123456 I think', '123456'],
  ])('is taken out of "%s"', (text, value) => {
    expect(typed({ label: { en: 'Order number', zh: '订单号' } }, text)).toBe(value)
  })

  it.each(['the blue one', '蓝色的那个', 'perhaps 12 or 13, who knows'])('is not "%s"', (text) => {
    expect(typed({ label: { en: 'Order number', zh: '订单号' } }, text)).toBe('wrong: text')
  })
})

describe('a text', () => {
  it.each([
    'Ann Li',
    'Will Smith',
    'Main Street 5, behind the school, two flights up',
    '朝阳区建国路88号院3号楼1单元201室',
  ])('is taken as it is: "%s"', (text) => {
    expect(typed({}, text)).toBe(text)
  })

  it.each([
    'how long is the delivery to Germany?',
    'actually, where is my package?',
    'can I still change it',
    '运费是多少钱',
    '可以改地址吗',
  ])('is not a question: "%s"', (text) => {
    expect(typed({}, text)).toBe('wrong: text')
  })

  it('may be one where questions are asked for', () => {
    expect(typed({ label: '您的问题' }, '可以改地址吗')).toBe('可以改地址吗')
    expect(typed({ type: 'textarea' }, 'Where is it?')).toBe('Where is it?')
  })

  it.each(['I do not have it', "I don't know the number", 'no idea', '我没有订单号', '找不到了', '忘记了'])(
    'is not that there is none: "%s"',
    (text) => {
      expect(typed({}, text)).toBe('wrong: required')
      expect(typed({ required: false }, text)).toBe('')
      expect(typed({ required: false, type: 'number' }, text)).toBe('')
    },
  )
})

describe('a phone number', () => {
  it.each([
    ['call me 13800138000', '13800138000'],
    ['我的电话是13800138000', '13800138000'],
    ['+49 (421) 12345', '+49 (421) 12345'],
    ['my number is +49 421 123456 please', '+49 421 123456'],
    ['13800138000 or 13900139000', 'wrong: tel'],
    ['123', 'wrong: tel'],
  ])('is read from "%s"', (text, value) => {
    expect(typed({ type: 'tel' }, text)).toBe(value)
  })
})

describe('a date', () => {
  it.each([
    ['2026-01-31', '2026-01-31'],
    ['2026年1月31日', '2026-01-31'],
    ['on 31.12.2026', '2026-12-31'],
    ['31/12/2026', '2026-12-31'],
    ['12月31日', '2026-12-31'],
    ['1月5号吧', '2027-01-05'],
    ['11月2日', '2026-11-02'],
    ['Dec 31', '2026-12-31'],
    ['31 December 2026', '2026-12-31'],
    ['tomorrow', '2026-11-22'],
    ['明天', '2026-11-22'],
    ['the day after tomorrow', '2026-11-23'],
    ['后天下午', '2026-11-23'],
    ['today', '2026-11-21'],
  ])('is read from "%s"', (text, value) => {
    expect(typed({ type: 'date' }, text)).toBe(value)
  })

  it.each(['03/04/2026', '31.02.2026', 'in 3 days', 'maybe'])('is not guessed from "%s"', (text) => {
    expect(typed({ type: 'date' }, text)).toBe('wrong: date')
  })
})

describe('a form is given up', () => {
  it.each([
    ...['Cancel!', 'cancel please', 'never mind', 'Ok, forget it', 'I changed my mind', 'I do not want to anymore'],
    ...['please cancel this', 'stop asking', '算了吧', '那就算了', '我不想填了', '不用了，谢谢', '没事了'],
  ])('by "%s"', (text) => {
    expect(cancels(text)).toBe(true)
  })

  it.each(['cancel my order', '取消订单', 'I do not', '12', 'stop sending letters', '我想取消会员', ''])(
    'but not by "%s"',
    (text) => {
      expect(cancels(text)).toBe(false)
    },
  )

  it('not by a no to a question', () => {
    const box = { type: 'checkbox', required: true } as const
    expect(cancels('不用了', box)).toBe(false)
    expect(checkAnswer(box, '不用了，谢谢')).toEqual({ value: 'false' })
    expect(cancels('cancel', box)).toBe(true)
  })
})
