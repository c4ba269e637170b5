export const ACCESS_LOG_LIMITS = {
  /** Entries moved in one transaction. */
  drainRowsMax: 2_000,
  /** Between two drains of an empty inbox. */
  drainPeriodMs: 250,
  /** Entries looked at above a watermark; a gap that stays is logged, not waited for by anybody. */
  watermarkAheadMax: 10_000,
  /** Between two looks at the partitions and at what has run out. */
  tendPeriodMs: 10 * 60_000,
  /** Partitions are made so many days ahead. */
  daysAhead: 2,
  /** Below this the database itself refuses to drop a partition. */
  retentionDaysMin: 7,
} as const
