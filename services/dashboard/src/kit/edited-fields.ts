import type { Read } from '../api/read.js'

/** How a form edits some fields of what is stored. */
export interface EditedFields<Stored, Values, Change extends object> {
  /** What the form begins with. */
  readonly valuesOf: (stored: Stored) => Values
  /** Only what differs from `before`: somebody else's change of another field stays. */
  readonly changeOf: (before: Stored, entered: Values) => Change
}

export const isNothing = (change: object): boolean => Object.keys(change).length === 0

/**
 * The header by which management refuses a change (412) of what is not any more as the form began.
 * Only the form's own fields count: what somebody changed beside them is in nobody's way.
 */
export function preconditionOf<Stored, Values, Change extends object>(
  { valuesOf, changeOf }: EditedFields<Stored, Values, Change>,
  begun: Read<Stored>,
  stored: Read<Stored>,
): { readonly 'if-match'?: string } {
  const { etag } = isNothing(changeOf(stored, valuesOf(begun))) ? stored : begun
  return etag === null ? {} : { 'if-match': etag }
}
