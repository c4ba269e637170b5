/** What an unusual pattern can be. */
export const FLAG_KINDS = [
  'spike',
  'provider-rejects-key',
  'provider-leaked-key',
  'failures',
  'unattested',
  'awake',
] as const
export type FlagKind = (typeof FLAG_KINDS)[number]

export type SubjectKind = 'service' | 'app' | 'secret'

/** A pattern that may mean that a key is in the wrong hands, or is about to fail. */
export interface Flag {
  readonly kind: FlagKind
  readonly subject: { readonly kind: SubjectKind; readonly id: string }
  /** The beginning of the hour in which it was first seen: Unix time in milliseconds. */
  readonly sinceMs: number
  readonly observed: number
  /** The same before; null where any at all is unusual. */
  readonly usual: number | null
  /** One sentence that says what to do. */
  readonly advice: string
}
