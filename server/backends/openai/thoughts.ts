/**
 * The words of an answer without what the model thought aloud. Servers without a reasoning parser leave thoughts in the text, anywhere
 * and in several blocks; where the chat template wrote the opening tag, only the closing one comes
 * (https://huggingface.co/Qwen/Qwen3-235B-A22B-Thinking-2507): then all before it was a thought.
 */
export interface Words {
  said: string
  /** What may yet become a tag. */
  rest: string
  isThinking: boolean
  /** Whether it is known where the thoughts of this answer stand: a tag has come, or they came in a field of their own. */
  isSorted: boolean
  /** Whether there were thoughts that no tag opened. */
  wasUnopened: boolean
}

/** Qwen, DeepSeek and most others; Gemini; Seed-OSS; Magistral; Kimi. */
const OPENING = ['<think>', '<thinking>', '<thought>', '<seed:think>', '[THINK]', '◁think▷']
const CLOSING = OPENING.map((tag) => `${tag.slice(0, 1)}/${tag.slice(1)}`)
const TAGS = [...OPENING, ...CLOSING]
const LONGEST = Math.max(...TAGS.map(({ length }) => length))
const TAG = new RegExp(TAGS.map((tag) => tag.replace(/[[\]]/g, String.raw`\$&`)).join('|'))

export function noWords(): Words {
  return { said: '', rest: '', isThinking: false, isSorted: false, wasUnopened: false }
}

export function addWords(words: Words, piece: string): void {
  let text = words.rest + piece
  for (let tag = TAG.exec(text); tag; tag = TAG.exec(text)) {
    takeTag(words, text.slice(0, tag.index), tag[0])
    text = text.slice(tag.index + tag[0].length)
  }
  const end = text.length - beginningOfTag(text)
  if (!words.isThinking) words.said += text.slice(0, end)
  words.rest = text.slice(end)
}

/** All that was said, when nothing more comes. */
export function allSaid({ said, rest, isThinking }: Words): string {
  return isThinking ? said : said + rest
}

function takeTag(words: Words, before: string, tag: string): void {
  const opens = OPENING.includes(tag)
  if (!words.isThinking && opens) words.said += before
  if (!words.isThinking && !opens) {
    words.said = ''
    words.wasUnopened = true
  }
  words.isThinking = opens
  words.isSorted = true
}

/** How many signs at the end of a text are the beginning of a tag. */
function beginningOfTag(text: string): number {
  for (let length = Math.min(LONGEST - 1, text.length); length > 0; length -= 1) {
    const end = text.slice(-length)
    if (TAGS.some((tag) => tag.startsWith(end))) return length
  }
  return 0
}
