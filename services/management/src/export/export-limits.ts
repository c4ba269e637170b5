export const EXPORT_LIMITS = {
  /** Rows read at once: what an export holds in memory is this page and the one being written. */
  pageRows: 500,
  /** At once, of one organization: a second one while the first is being fetched anew. */
  perOrganization: 2,
  /** At once, of one person: anybody makes as many organizations as it takes to need all that there is. */
  perPerson: 2,
  /** At once, of all: each holds a database connection to its end. Verifications have as many apart. */
  perProcess: 4,
  /**
   * Of an export, some 18 million rows of the audit trail (30,000 a second): rows that are deleted meanwhile stay on disk for
   * it, and it is its reader who says how fast it is read.
   */
  totalMs: 10 * 60_000,
  /** Until one of them may have ended. */
  retryAfterSeconds: 30,
} as const
