/** Longest text of one part, in UTF-16 code units. */
export const TEXT_MAX = 8_000
