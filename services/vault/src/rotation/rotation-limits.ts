export const ROTATION_LIMITS = {
  /** Versions that are sealed anew in one transaction: 2 MiB at most. */
  pageRows: 32,
  /** Organizations that an operator's command reads in one statement: it counts what is left of each. */
  organizationsRows: 100,
  /** One turn of an organization, or of wrapping anew. An RPC's deadline is not far away. */
  turnMs: 2_000,
  /** Told by name, in one turn, of what does not open. */
  unopenableTold: 100,
  /** Organizations of which it is remembered how far they were looked through. */
  passesMax: 10_000,
  /**
   * From a floor to the end of the wrapped bytes below it: a lease may have read a version before that was sealed anew
   * since, and still ask for the key that it names. No lease takes half as long.
   */
  graceMs: 60_000,
} as const
