/** What the system has on record of a run, once it has settled. */
export interface Evidence {
  /** Rows of the access log. */
  readonly log: readonly LogRow[]
  /** The number of rows in the audit trail for each event and target. */
  readonly audit: readonly AuditCount[]
  /** What was still half-done at each look since the last failure, with the time of the look. */
  readonly halfDone: readonly HalfDone[]
  readonly processes: readonly ProcessSizes[]
}

export interface LogRow {
  readonly kind: 'admitted' | 'finished' | 'void'
  readonly requestId: string
  /** Set for admitted entries only. */
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
  /** Versions of secrets whose storing is neither completed nor given up. */
  readonly pending: number
  /** Versions and organizations that are out of force, and that the vault has not destroyed. */
  readonly undestroyed: number
  /** The same of signing keys, which are checked less often. */
  readonly undestroyedKeys: number
}

/**
 * The sizes of the process that has this name, such as `proxy-1`: at the end it may be another process than before.
 * Null where there was no process to measure.
 */
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
