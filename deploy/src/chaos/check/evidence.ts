/** What the system says of a run, once it has settled. */
export interface Evidence {
  /** Rows of the access log. */
  readonly log: readonly LogRow[]
  /** How many rows the audit trail has of each event and target. */
  readonly audit: readonly AuditCount[]
  /** What was half-done when it was looked at, and when that was: look after look, from the last failure on. */
  readonly halfDone: readonly HalfDone[]
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

export interface HalfDone {
  /** On the history's clock. */
  readonly atMs: number
  /** Versions of secrets that are neither stored nor given up. */
  readonly pending: number
  /** Versions and organizations that are out of force, and that the vault has not destroyed. */
  readonly undestroyed: number
  /** The same of signing keys, which are looked after less often. */
  readonly undestroyedKeys: number
}

/** Of one name, such as `proxy-1`: its process may be another one at the end. Null where there was none to look at. */
export interface ProcessSizes {
  readonly name: string
  /** Before anything broke, at rest. */
  readonly before: ProcessSize | null
  /** Once everything has settled, at rest. */
  readonly after: ProcessSize | null
}

export interface ProcessSize {
  readonly residentMb: number
  readonly descriptors: number
}
