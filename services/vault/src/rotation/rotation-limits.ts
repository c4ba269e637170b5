export const ROTATION_LIMITS = {
  /** Versions sealed anew in one transaction: 2 MiB at most. */
  pageRows: 32,
  /** Organizations that an operator's command reads in one statement, which counts what is left of each. */
  organizationsRows: 100,
  /** The length of one turn for an organization, or of wrapping anew: it must end well before an RPC's deadline. */
  turnMs: 2_000,
  /** Versions that do not open and are reported by name, in one turn. */
  unopenableTold: 100,
  /** Organizations whose current pass is remembered. */
  passesMax: 10_000,
  /**
   * Time between raising a floor and erasing the wrapped bytes below it: a lease may have read a version before it was
   * sealed anew, and still ask for the key that it names. No lease takes half as long.
   */
  graceMs: 60_000,
} as const
