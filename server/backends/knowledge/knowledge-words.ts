import { z } from 'zod'

const words = z.string().trim().min(1).max(500)

/** What the knowledge backend says by itself, in one language. `unanswered` and what stands below it is for whoever takes over. */
export const knowledgeWords = z.strictObject({
  didYouMean: words,
  none: z.string().trim().min(1).max(80),
  unknown: words,
  people: z.string().trim().min(1).max(80),
  passingOn: words,
  forPeople: words,
  welcome: words,
  cancelled: words,
  cancelHint: words,
  greeting: words,
  asks: words,
  noAnswer: words,
  yes: z.string().trim().min(1).max(80),
  no: z.string().trim().min(1).max(80),
  unanswered: words,
  closest: words,
  topic: words,
})
export type KnowledgeWords = z.infer<typeof knowledgeWords>

const KNOWLEDGE_WORDS: Readonly<Record<'en' | 'zh', KnowledgeWords>> = {
  en: {
    didYouMean: 'Did you mean one of these?',
    none: 'None of these',
    unknown: 'I found no answer to that. You can put it in other words, or be passed on.',
    people: 'Pass me on',
    passingOn: 'I have no answer to that. I am passing you on; what you wrote goes along.',
    forPeople: 'I am passing you on; what you wrote goes along.',
    welcome: 'You are welcome. Write at any time if there is more.',
    cancelled: 'All right, we leave that. What else would you like to know?',
    cancelHint: 'Write “cancel” to leave.',
    greeting: 'Hello! What would you like to know?',
    asks: 'What would you like to know?',
    noAnswer: 'I have no answer to that here.',
    yes: 'Yes',
    no: 'No',
    unanswered: 'Not answered',
    closest: 'Closest articles',
    topic: 'About',
  },
  zh: {
    didYouMean: '您想问的是不是：',
    none: '都不是',
    unknown: '没有找到这个问题的答案。您可以换个说法，或者由我为您转接。',
    people: '为我转接',
    passingOn: '这个问题我没有找到答案，正在为您转接，您写的内容会一并转交。',
    forPeople: '正在为您转接，您写的内容会一并转交。',
    welcome: '不客气，有需要随时联系。',
    cancelled: '好的，已取消。还有什么可以帮您？',
    cancelHint: '回复“取消”可以退出。',
    greeting: '您好！请问您想了解什么？',
    asks: '请问您想了解什么？',
    noAnswer: '这个问题我暂时答不上来。',
    yes: '是',
    no: '否',
    unanswered: '未能回答',
    closest: '最接近的问题',
    topic: '关于',
  },
}

type Own = Readonly<Record<string, z.infer<ReturnType<typeof knowledgeWords.partial>>>>

/** The words of a language; English for one that nobody wrote any for. */
export function knowledgeWordsIn(own: Own, language: string): KnowledgeWords {
  const brought = language.startsWith('zh') ? KNOWLEDGE_WORDS.zh : KNOWLEDGE_WORDS.en
  const given = Object.entries(own[language] ?? own[language.split('-')[0] ?? ''] ?? {})
  return { ...brought, ...Object.fromEntries(given.filter(([, text]) => text !== undefined)) }
}
