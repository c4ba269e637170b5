const LIMITS = {
  /** Between two attempts at the same thing, while its source is away. */
  everyMs: 1_000,
  /** Things whose last attempt is remembered; then all are forgotten, which costs attempts and nothing else. */
  rememberedMax: 10_000,
}
/** Answers true at most once a second for each key. */
export function createPace(clock) {
  const lastAt = new Map()
  return (key) => {
    const now = clock.monotonicMs()
    const last = lastAt.get(key)
    if (last !== undefined && now - last < LIMITS.everyMs) return false
    if (lastAt.size >= LIMITS.rememberedMax) lastAt.clear()
    lastAt.set(key, now)
    return true
  }
}
//# sourceMappingURL=pace.js.map
