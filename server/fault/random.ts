/** The same numbers from the same seed, so that a schedule can be replayed. */
export interface Random {
  /** A whole number from `from` up to and including `to`. */
  between(from: number, to: number): number
}

/** An LCG's upper bits: plenty for a schedule, and four lines. */
export function createRandom(seed: number): Random {
  let state = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + 1n)
  return {
    between(from, to) {
      state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
      return from + Math.floor((Number(state >> 32n) / 2 ** 32) * (to - from + 1))
    },
  }
}
