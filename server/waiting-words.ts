import { ownWords } from './ask-rating-words.ts'
import type { FloorSettings } from './floor-settings.ts'

/** What the relay says to a customer who waits for a person. */
export interface WaitingWords {
  queued: string
  nobody: string
  leave: string
  again: string
}

const en: WaitingWords = {
  queued: 'A colleague will answer you here. You can keep writing.',
  nobody: 'Nobody is here right now.',
  leave: 'Leave your message here: a person will read it and answer you here as soon as somebody is back.',
  again:
    'We are sorry to keep you waiting. Your message is not forgotten: a person will answer it here, and you need not stay.',
}

const zh: WaitingWords = {
  queued: '人工客服会在这里回复您，您可以继续输入。',
  nobody: '现在没有客服在线。',
  leave: '请在这里留言，客服上线后会尽快回复您。',
  again: '抱歉让您久等了。您的留言已收到，客服会在这里回复，您不必一直等候。',
}

const hant: WaitingWords = {
  queued: '真人客服會在這裡回覆您，您可以繼續輸入。',
  nobody: '現在沒有客服在線。',
  leave: '請在這裡留言，客服上線後會盡快回覆您。',
  again: '抱歉讓您久等了。您的留言已收到，客服會在這裡回覆，您不必一直等候。',
}

export function isTraditionalChinese(locale: string): boolean {
  return /^zh-(?:hant|tw|hk|mo)\b/i.test(locale)
}

function wordsFor(locale = 'en'): WaitingWords {
  if (!/^zh\b/i.test(locale)) return en
  return isTraditionalChinese(locale) ? hant : zh
}

export function waitingWordsFor(says: FloorSettings['says'] | undefined, locale: string | undefined): WaitingWords {
  const words = wordsFor(locale)
  const own = ownWords(says, locale) ?? {}
  return {
    queued: own.queued ?? words.queued,
    nobody: own.nobody ?? words.nobody,
    leave: own.leave ?? words.leave,
    again: own.again ?? words.again,
  }
}

/** Two sentences as one text; Chinese has no space between them. */
export function after(first: string, then: string): string {
  return /[。！？]$/u.test(first) ? first + then : `${first} ${then}`
}
