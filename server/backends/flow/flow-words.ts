import { z } from 'zod'

const words = z.string().trim().min(1).max(500)

/** What the flow says by itself, in one language. */
export const flowWords = z.strictObject({
  notUnderstood: words,
  changed: words,
  passingOn: words,
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
export type FlowWords = z.infer<typeof flowWords>

export const FLOW_WORDS: Readonly<Record<string, FlowWords>> = {
  en: {
    notUnderstood: 'I did not understand that. Please choose one of these.',
    changed: 'Our menu has changed meanwhile. Let us start again.',
    passingOn: 'I cannot help with that. I am passing you on, together with what you told me.',
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
    notUnderstood: '没有听懂您的意思，请从下面选择。',
    changed: '菜单刚刚有更新，我们重新开始。',
    passingOn: '这个问题我处理不了，正在为您转交，您提供的内容会一并带上。',
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

/** The words of a language, of its main language, or English. */
export function wordsIn(own: Readonly<Record<string, FlowWords>>, language: string): FlowWords {
  const main = language.split('-')[0] ?? language
  const found = own[language] ?? own[main] ?? FLOW_WORDS[main] ?? FLOW_WORDS.en
  if (!found) throw new Error('the flow has no words of its own')
  return found
}
