import { HutongError } from '@hutong/core/errors'

/** More mails than a folder hands over at once, in any order of things. */
const UIDS_MAX = 5_000_000

/** The numbers of a set as IMAP writes it, "1:3,7", ascending. */
export function uidsIn(set: string): number[] {
  const ranges = set.split(',').map((one) => {
    const [from = Number.NaN, to = from] = one.split(':').map(Number)
    return { from: Math.min(from, to), to: Math.max(from, to) }
  })
  const count = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  if (!(count <= UIDS_MAX))
    throw new HutongError('unreachable', 'the mail server answers a search with no set of mails')
  return ranges
    .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
    .sort((one, other) => one - other)
}
