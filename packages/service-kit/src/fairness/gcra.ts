/** A limit in numbers: `count` requests in `periodMs`, `burst` of them at once. */
export interface Rate {
  readonly count: number
  readonly periodMs: number
  readonly burst: number
}

/**
 * GCRA (ITU-T I.371): the state of a bucket is one moment, the theoretical arrival time of the next request. Returns
 * the next such moment, or how long until a request would be let through.
 */
export function gcra(
  arrivalMs: number,
  nowMs: number,
  { count, periodMs, burst }: Rate,
): { nextMs: number } | { retryAfterMs: number } {
  const intervalMs = periodMs / count
  const nextMs = Math.max(arrivalMs, nowMs) + intervalMs
  const earlyMs = nextMs - nowMs - burst * intervalMs
  // A hundredth of a microsecond: the rounding error that added floats may show at "exactly full".
  return earlyMs > 1e-5 ? { retryAfterMs: earlyMs } : { nextMs }
}
