export const IDEMPOTENCY_LIMITS = {
  /** Longer than any client retries one request; a key of yesterday is a new one. */
  lifeHours: 24,
  /** Printable ASCII; a UUID has 36. */
  keyCharsMax: 255,
  /** Kept of one person: seven creations a minute, all day long. */
  recordsPerPerson: 10_000,
  /** Until a record is made room for, at worst. */
  retryAfterSeconds: 3_600,
  /** Deleted in one statement; the rest waits for the next. */
  prunedMax: 5_000,
  /** A first request that ends between two looks at its record; then the client may try again. */
  attemptsMax: 3,
} as const
