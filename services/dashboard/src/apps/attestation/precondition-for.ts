interface Precondition {
  readonly 'if-match'?: string
  readonly 'if-none-match'?: '*'
}

/** The header by which management refuses (412) what somebody else has stored, replaced or deleted meanwhile. */
export function preconditionFor(present: { readonly etag: string | null } | null): Precondition {
  if (present === null) return { 'if-none-match': '*' }
  return present.etag === null ? {} : { 'if-match': present.etag }
}
