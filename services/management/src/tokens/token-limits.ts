export const TOKEN_LIMITS = {
  /** In force, of one person: one for each machine and purpose. */
  perPerson: 50,
  /** A year and a day: a token that is forgotten does not work for ever. */
  daysMax: 366,
  organizationsMax: 100,
  /** `last_used_at` is written no more often. */
  touchSeconds: 60,
  /** Ended tokens are listed so long. */
  keptDays: 90,
} as const
