/** What `hutong doctor` says of one thing that a relay needs. */
export interface Finding {
  /** `odd` works, but is hardly what anybody wants. */
  state: 'good' | 'odd' | 'bad'
  what: string
  remedy?: string
}
