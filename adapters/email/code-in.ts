/**
 * The code that an answer begins with: six digits alone on its first line. A code that is only quoted, or stands in a sentence, is
 * not meant.
 */
export function codeIn(text: string): string | undefined {
  const first = text.trimStart().split('\n', 1)[0]?.trim().slice(0, 20) ?? ''
  return /^\d{3} ?\d{3}$/.test(first) ? first.replace(' ', '') : undefined
}

/** Whether nothing but the code was written. */
export function isCodeAlone(text: string): boolean {
  return codeIn(text) !== undefined && !text.trim().includes('\n')
}
