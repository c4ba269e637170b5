export const ANALYTICS_LIMITS = {
  /**
   * Length of an id, a slug, a platform or a version that is counted by. Proxies record no longer ones; a longer one,
   * which somebody wrote by hand, counts as none, because no index would hold it.
   */
  idCharsMax: 64,
  /** Secrets of one request that are counted. */
  secretsMax: 50,
  /** Versions of an app that are counted by themselves on one day: a client sends what it likes. */
  versionsMax: 50,
  /** Groups of one answer. */
  groupsMax: 50,
  range: {
    usualDays: 7,
    /** Of one answer, by its step: at most 337 points. */
    daysMax: { hour: 14, day: 92 },
  },
  tally: {
    /** Time between two rounds. */
    periodMs: 10_000,
    /** A round begins no further portion after this time. */
    roundMs: 60_000,
    /** Entries that one transaction counts; a link is never split. */
    entriesMax: 10_000,
    /** Links of one transaction. */
    linksMax: 500,
    /** Organizations looked for at once. */
    organizationsPage: 200,
    /** Larger sizes and times, which somebody wrote by hand, count as this. */
    numberMax: 1_000_000_000_000,
  },
  keep: {
    /** Time between two prunings. */
    periodMs: 60 * 60_000,
    /** Days that hourly counts are kept. */
    hoursDays: 366,
    /** A request that has not ended by then counts as one whose proxy died, and an outcome by then has no request. */
    waitingDays: 2,
    /** Older days take no new versions, unless the tally is behind by as much. */
    versionsDays: 30,
  },
} as const
