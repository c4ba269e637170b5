export const EXPORT_LIMITS = {
  /** Rows read at once: an export holds in memory this page and the one being written. */
  pageRows: 500,
  /**
   * At once, for one organization: two, so that an export can be fetched again while the first one is still under way.
   */
  perOrganization: 2,
  /** At once, for one person: otherwise a person could make enough organizations to take every slot. */
  perPerson: 2,
  /**
   * At once, for all: each holds a database connection until it ends. Verifications have the same number of their own.
   */
  perProcess: 4,
  /**
   * Of an export: some 18 million rows of the audit trail (30,000 a second). It is bounded because deleted rows stay on
   * disk while an export reads, and its reader decides how fast that is.
   */
  totalMs: 10 * 60_000,
  /** By then one of them may have ended. */
  retryAfterSeconds: 30,
} as const
