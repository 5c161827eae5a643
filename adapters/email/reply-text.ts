/** What a person wrote, apart from what their program put beside it. */
export interface Trimmed {
  /** What is new in this mail. */
  text: string
  quoted: string
  signature: string
  /** Everything, as it came. */
  full: string
}

export function trimReply(full: string): Trimmed {
  return { text: full.trim(), quoted: '', signature: '', full }
}
