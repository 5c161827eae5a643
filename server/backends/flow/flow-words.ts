import { z } from 'zod'
import { FORM_WORDS, formWords } from '../form-words.ts'

const words = z.string().trim().min(1).max(500)

/** What the flow says by itself, in one language. */
export const flowWords = z.strictObject({
  notUnderstood: words,
  changed: words,
  passingOn: words,
  /** To who answers with a picture or something else that holds no words. Default: `required`. */
  inWords: words.optional(),
  ...formWords.shape,
})
export type FlowWords = z.infer<typeof flowWords>

export const FLOW_WORDS: Readonly<Record<string, FlowWords>> = {
  en: {
    notUnderstood: 'I did not understand that. Please choose one of these.',
    changed: 'Our menu has changed meanwhile. Let us start again.',
    passingOn: 'I cannot help with that. I am passing you on; what you told me goes along.',
    inWords: 'Please put it in words.',
    ...FORM_WORDS.en,
  },
  zh: {
    notUnderstood: '没有听懂您的意思，请从下面选择。',
    changed: '菜单刚刚有更新，我们重新开始。',
    passingOn: '这个问题我处理不了，正在为您转接，您提供的内容会一并转交。',
    inWords: '请用文字说明一下。',
    ...FORM_WORDS.zh,
  },
}

/** The words of a language, of its main language, or English. */
export function flowWordsIn(own: Readonly<Record<string, FlowWords>>, language: string): FlowWords {
  const main = language.split('-')[0] ?? language
  const found = own[language] ?? own[main] ?? FLOW_WORDS[main] ?? FLOW_WORDS.en
  if (!found) throw new Error('the flow has no words of its own')
  return found
}
