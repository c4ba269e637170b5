/** How long a Sync may go without a sign of an answer. */
export interface Patience {
  ms(): number
  /** A Sync was answered after so long, with this horizon. */
  answered(tookMs: number, horizonMs: number | undefined): void
  /** It was not enough. */
  exhausted(): void
}

/**
 * A sixth of the horizon: a Sync is sent when a third of it is spent, so a stream that hangs is given up at half of it, in
 * time for another attempt, and at the default horizon for two. A management that is slow and not gone shall be waited for: hence four times what
 * the last answer took, and twice as long after each stream that was given up (as RFC 6298 does for TCP).
 */
export function createPatience({ msMin, msMax }: { readonly msMin: number; readonly msMax: number }): Patience {
  /** Before the first answer nothing is known of the horizon, and nothing is held that could end with it. */
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
