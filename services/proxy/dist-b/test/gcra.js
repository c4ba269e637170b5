export function createGcra() {
  const arrivals = new Map()
  return {
    draw(buckets, nowMs) {
      for (const bucket of buckets) {
        const { key, count, periodMs, burst } = bucket
        const retryAfterMs = (arrivals.get(key) ?? 0) - nowMs - (burst - 1) * (periodMs / count)
        if (retryAfterMs > 0) return { bucket, retryAfterMs: Math.ceil(retryAfterMs) }
      }
      for (const { key, count, periodMs } of buckets) {
        arrivals.set(key, Math.max(arrivals.get(key) ?? 0, nowMs) + periodMs / count)
      }
      return undefined
    },
  }
}
//# sourceMappingURL=gcra.js.map
