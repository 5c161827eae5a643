import type { RatingScale } from '@hutong/core/parts'

/** What the relay says to a customer whose conversation was closed. */
export interface AskRatingWords {
  questions: Readonly<Record<RatingScale, string>>
  /** After a low score; what the customer writes next is kept with it. */
  why: string
  thanks: string
}

const en: AskRatingWords = {
  questions: {
    csat: 'How satisfied are you with our service?',
    nps: 'How likely are you to recommend us to a friend?',
    ces: 'How easy was it to get help?',
    solved: 'Is your matter solved?',
  },
  why: 'We are sorry to hear that. What went wrong? What you write next is kept with your rating.',
  thanks: 'Thank you for your feedback.',
}

const zh: AskRatingWords = {
  questions: {
    csat: '您对我们的服务满意吗？',
    nps: '您有多大可能把我们推荐给朋友？',
    ces: '您觉得这次获得帮助容易吗？',
    solved: '您的问题解决了吗？',
  },
  why: '很抱歉。是哪里没有做好？您接下来写的内容会与评价一起保存。',
  thanks: '感谢您的评价。',
}

export function askRatingWordsFor(locale: string | undefined): AskRatingWords {
  return locale?.toLowerCase().startsWith('zh') ? zh : en
}

/** The site's own words in the language or, failing that, in another variety of it. */
export function ownWords<T>(asked: Readonly<Record<string, T>> = {}, locale = 'en'): T | undefined {
  const language = (one: string) => one.toLowerCase().split('-', 1)[0]
  const same = Object.keys(asked).find((one) => one.toLowerCase() === locale.toLowerCase())
  const near = same ?? Object.keys(asked).find((one) => language(one) === language(locale))
  return near === undefined ? undefined : asked[near]
}
