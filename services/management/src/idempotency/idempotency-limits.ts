export const IDEMPOTENCY_LIMITS = {
  /** Longer than any client retries one request. After that, the same key starts a new request. */
  lifeHours: 24,
  /** Printable ASCII; a UUID has 36. */
  keyCharsMax: 255,
  /** Kept for one person: enough for seven creations a minute, all day long. */
  recordsPerPerson: 10_000,
  /** Sent with the refusal of a person who has reached `recordsPerPerson`. */
  retryAfterSeconds: 3_600,
  /** Deleted in one statement; the next run deletes more. */
  prunedMax: 5_000,
  /** Attempts while the record comes and goes between two looks at it. Then the client may try again. */
  attemptsMax: 3,
} as const
