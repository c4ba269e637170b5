/** What the system says of a run, once it has settled. */
export interface Evidence {
  /** Rows of the access log. */
  readonly log: readonly LogRow[]
}

export interface LogRow {
  readonly kind: 'admitted' | 'finished' | 'void'
  readonly requestId: string
  /** Of the admitted entry alone. */
  readonly path: string
}
