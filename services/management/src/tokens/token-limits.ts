export const TOKEN_LIMITS = {
  /** Tokens of one person that are in force: one for each machine and purpose. */
  perPerson: 50,
  /** A year and a day, so that a forgotten token does not work for ever. */
  daysMax: 366,
  organizationsMax: 100,
  /** Least time between two writes of `last_used_at`. */
  touchSeconds: 60,
  /** How long tokens are listed after their end. */
  keptDays: 90,
} as const
