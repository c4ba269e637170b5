/** Buckets as the generic cell rate algorithm keeps them: one moment each. */
export interface GcraBucket {
  readonly key: string
  readonly count: number
  readonly periodMs: number
  readonly burst: number
}
export interface Gcra<Bucket extends GcraBucket> {
  /** Draws one unit from each, or from none: then it names the bucket that said no, and for how long. */
  draw(
    buckets: readonly Bucket[],
    nowMs: number,
  ):
    | {
        readonly bucket: Bucket
        readonly retryAfterMs: number
      }
    | undefined
}
export declare function createGcra<Bucket extends GcraBucket>(): Gcra<Bucket>
