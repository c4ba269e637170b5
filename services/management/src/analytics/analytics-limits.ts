export const ANALYTICS_LIMITS = {
  /** Length of an id, a slug or a version that is counted by: proxies record versions of 64 at most. */
  idCharsMax: 64,
  /** Groups of one answer. */
  groupsMax: 50,
  range: {
    usualDays: 7,
    /** Of one answer, by its step: at most 337 points. */
    daysMax: { hour: 14, day: 92 },
  },
} as const
