import { z } from 'zod'

const words = z.string().trim().min(1).max(500)

/** What is said of an answer that does not fit, by what was asked for, and how a field is left out. */
export const formWords = z.strictObject({
  required: words,
  text: words,
  email: words,
  tel: words,
  number: words,
  date: words,
  select: words,
  checkbox: words,
  skip: words,
})
export type FormWords = z.infer<typeof formWords>

export const FORM_WORDS: Readonly<Record<'en' | 'zh', FormWords>> = {
  en: {
    required: 'This is needed to go on.',
    text: 'That does not look right. Please check it.',
    email: 'Please give an e-mail address, such as name@example.com.',
    tel: 'Please give a phone number.',
    number: 'Please give a number.',
    date: 'Please give a date, such as 2026-01-31.',
    select: 'Please choose one of these.',
    checkbox: 'Please answer yes or no.',
    skip: 'You can write “-” to leave it out.',
  },
  zh: {
    required: '这一项必须填写。',
    text: '格式好像不对，请检查一下。',
    email: '请填写邮箱地址，例如 name@example.com。',
    tel: '请填写电话号码。',
    number: '请填写数字。',
    date: '请填写日期，例如 2026-01-31。',
    select: '请从下面选择一项。',
    checkbox: '请回答“是”或“否”。',
    skip: '不填请回复“-”。',
  },
}
