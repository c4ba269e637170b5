const LIMITS = {
  /** A process is warm once this many rounds in a row were not clearly cheaper than the best before them. */
  levelRounds: 3,
  /** Clearly cheaper: by this part. Rounds of the same process differ by more, but their best by less. */
  gain: 0.03,
  /** On a machine that keeps becoming faster the rounds would never be level. */
  roundsMax: 24,
} as const

/**
 * Repeats a round of load until it gets no cheaper. Caches fill and sockets open in the first second, but the compiler
 * may take a minute: on a slow machine a request cost 535 µs after twelve seconds of load and 300 after forty.
 *
 * @param costOfRound runs one round; resolves to its cost, in any unit.
 */
export async function untilWarm(costOfRound: () => Promise<number>): Promise<void> {
  let best = Number.POSITIVE_INFINITY
  let level = 0
  for (let round = 1; round <= LIMITS.roundsMax && level < LIMITS.levelRounds; round += 1) {
    const cost = await costOfRound()
    if (cost < best * (1 - LIMITS.gain)) {
      best = cost
      level = 0
    } else level += 1
  }
}
