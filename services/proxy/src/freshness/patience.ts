/** How long a Sync may go without a sign of an answer. */
export interface Patience {
  ms(): number
  /** A Sync was answered after this long, with this horizon. */
  answered(tookMs: number, horizonMs: number | undefined): void
  /** A Sync was not answered in that time. */
  exhausted(): void
}

/**
 * A sixth of the horizon. A Sync is sent when a third of it is spent, so a hanging stream is given up at half of it,
 * which leaves time for another attempt, and at the default horizon for two. A management that is slow but not gone has
 * to be waited for, so the patience is at least four times what the last answer took, and doubles after each stream
 * that was given up (as in RFC 6298 for TCP).
 */
export function createPatience({ msMin, msMax }: { readonly msMin: number; readonly msMax: number }): Patience {
  /** Before the first answer the horizon is unknown, and nothing is held that could end with it. */
  let ms = msMax
  const bounded = (wanted: number): number => Math.min(msMax, Math.max(msMin, wanted))
  return {
    ms: () => ms,
    answered(tookMs, horizonMs) {
      ms = bounded(Math.max(tookMs * 4, (horizonMs ?? Number.POSITIVE_INFINITY) / 6))
    },
    exhausted() {
      ms = bounded(ms * 2)
    },
  }
}
