/** What `degrade()` did to one part, for the desk to show before sending. */
export interface Change {
  part: number
  from: string
  to: string
  reason: string
}
