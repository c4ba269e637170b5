/** A promise that was broken. */
export interface Violation {
  readonly kind: ViolationKind
  /** Text for people: what happened, to what, and when on the history's clock. */
  readonly says: string
}

export type ViolationKind =
  | 'stale'
  | 'slow answer'
  | 'not whole'
  | 'back too late'
  | 'too long'
  | 'sent twice'
  | 'lost'
  | 'lost to two failures'
  | 'recorded twice'
  | 'no end'
  | 'two ends'
  | 'wrong end'
  | 'cut'
  | 'strange answer'
  | 'refused without cause'
  | 'over the limit'
  | 'audit'
  | 'pending'
  | 'grown'
  | 'missing'
  | 'nothing shown'

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`
}
