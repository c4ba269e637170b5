/** What the system says of a run, once it has settled. */
export interface Evidence {
  /** Rows of the access log. */
  readonly log: readonly LogRow[]
  /** How many rows the audit trail has of each event and target. */
  readonly audit: readonly AuditCount[]
  /** Versions that are pending for longer than the reconciler may take. */
  readonly pending: number
  /** Before anything broke, and at the end. */
  readonly processes: readonly ProcessSizes[]
}

export interface LogRow {
  readonly kind: 'admitted' | 'finished' | 'void'
  readonly requestId: string
  /** Of the admitted entry alone. */
  readonly path: string
}

export interface AuditCount {
  readonly event: string
  readonly target: string
  readonly count: number
}

/** Of one name, such as `proxy-1`: its process may be another one at the end. */
export interface ProcessSizes {
  readonly name: string
  readonly before: ProcessSize
  readonly after: ProcessSize
}

export interface ProcessSize {
  readonly residentMb: number
  readonly descriptors: number
}
