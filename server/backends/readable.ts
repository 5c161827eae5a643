/** A foreign text as a person can read it: without lone halves of signs, and without control characters besides line ends and tabs. */
export function readable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim()
}

/** At most so many signs of it, the last a "…" where it was cut. */
export function clip(text: string, most: number): string {
  return (text.length <= most ? text : `${text.slice(0, most - 1)}…`).toWellFormed()
}
