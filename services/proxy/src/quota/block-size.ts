const LIMITS = {
  /** The first and the smallest size: a device that asks now and then asks management once for this many. */
  unitsMin: 16,
  /** The same as management's own bound of one block. */
  unitsMax: 1_000,
  /** A block that lasted less makes the next one twice as large… */
  briefMs: 1_000,
  /** …and one that lasted longer makes it half as large, because units held here are withheld from others. */
  longMs: 8_000,
} as const

/** How much to ask for ahead, from how long the last blocks have lasted. */
export interface BlockSize {
  /** The size of a block that is asked for now. */
  next(nowMs: number): number
}

export function createBlockSize(): BlockSize {
  let units: number = LIMITS.unitsMin
  let askedAt = Number.NaN
  return {
    next(nowMs) {
      const lastedMs = nowMs - askedAt
      if (lastedMs < LIMITS.briefMs) units = Math.min(LIMITS.unitsMax, units * 2)
      else if (lastedMs > LIMITS.longMs) units = Math.max(LIMITS.unitsMin, Math.floor(units / 2))
      askedAt = nowMs
      return units
    },
  }
}
