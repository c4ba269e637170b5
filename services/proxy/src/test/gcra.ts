/** Buckets as the generic cell rate algorithm keeps them: one moment each. */
export interface GcraBucket {
  readonly key: string
  readonly count: number
  readonly periodMs: number
  readonly burst: number
}

export interface Gcra<Bucket extends GcraBucket> {
  /** Draws one unit from each, or from none: then it names the bucket that is to be waited for longest, and how long. */
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
