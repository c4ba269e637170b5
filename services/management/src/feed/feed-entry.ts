/** What a proxy may hold, and what a feed row can therefore invalidate. */
export type FeedKind =
  | 'secret'
  | 'service'
  | 'link'
  | 'app'
  | 'device'
  | 'session'
  | 'organization'
  | 'signing-key'
  | 'lease-keys'

/** Once the entry is applied, whatever is held of this id below this generation is dead. */
export interface FeedEntry {
  readonly kind: FeedKind
  readonly id: string
  readonly generation: number
}

/** An entry as it was committed. Numbers have no gaps and follow the order of commits (SEQLOCK). */
export interface FeedRow extends FeedEntry {
  readonly number: number
}
