/** Buckets as the generic cell rate algorithm keeps them: one moment each. */
export interface GcraBucket {
  readonly key: string
  readonly count: number
  readonly periodMs: number
  readonly burst: number
}

export interface Gcra<Bucket extends GcraBucket> {
  /** Draws one unit from each bucket, or from none: then it returns the bucket with the longest wait, and that wait. */
  draw(
    buckets: readonly Bucket[],
    nowMs: number,
  ): { readonly bucket: Bucket; readonly retryAfterMs: number } | undefined
}

export function createGcra<Bucket extends GcraBucket>(): Gcra<Bucket> {
  const arrivals = new Map<string, number>()
  return {
    draw(buckets, nowMs) {
      const waits = buckets.map((bucket) => {
        const { key, count, periodMs, burst } = bucket
        const retryAfterMs = Math.ceil((arrivals.get(key) ?? 0) - nowMs - (burst - 1) * (periodMs / count))
        return { bucket, retryAfterMs }
      })
      const [longest] = waits.sort((a, b) => b.retryAfterMs - a.retryAfterMs)
      if (longest && longest.retryAfterMs > 0) return longest
      for (const { key, count, periodMs } of buckets) {
        arrivals.set(key, Math.max(arrivals.get(key) ?? 0, nowMs) + periodMs / count)
      }
      return undefined
    },
  }
}
