/** A limit in numbers: `count` requests in `periodMs`, `burst` of them at once. */
export interface Rate {
  readonly count: number
  readonly periodMs: number
  readonly burst: number
}

/**
 * GCRA (ITU-T I.371): one moment says how full the bucket is, the theoretical arrival of the next request.
 * Answers the next such moment, or how long until a request would be let through.
 */
export function gcra(
  arrivalMs: number,
  nowMs: number,
  { count, periodMs, burst }: Rate,
): { nextMs: number } | { retryAfterMs: number } {
  const intervalMs = periodMs / count
  const nextMs = Math.max(arrivalMs, nowMs) + intervalMs
  const earlyMs = nextMs - nowMs - burst * intervalMs
  // A hundredth of a microsecond: what adding floats may make of "exactly full".
  return earlyMs > 1e-5 ? { retryAfterMs: earlyMs } : { nextMs }
}
