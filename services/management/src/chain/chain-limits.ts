export const CHAIN_LIMITS = {
  /** Entries of one batch, which verifying holds in memory at once. A drain's transaction has at most 9,000. */
  batchEntriesMax: 10_000,
  signing: {
    /** Time between two rounds. Together with a round's own time, a head is signed within a minute. */
    periodMs: 20_000,
    /**
     * A process itself asks the vault to sign what it appended that is still unsigned after this time, even if another
     * one holds the lease. Together with a period and a round's own time, that is within a minute too.
     */
    ownAfterMs: 25_000,
    /** Chains whose appended heads a process remembers, 20 MB. For more, it relies on what the tables say. */
    rememberedMax: 50_000,
    /** Heads that a round compares with what the vault signed, whatever their marks say: 0.1 ms each. */
    comparedRows: 200,
    /** A round begins no further page after this time. */
    roundMs: 30_000,
    /** Heads read at once. */
    pageRows: 500,
    /** Heads that the vault is asked to sign at once. */
    lanes: 8,
    /** Longer than a round and its last page, the vault's deadlines included. */
    leaseMs: 120_000,
    /** Heads that are unsigned for longer raise an alarm. */
    unsignedToldMs: 5 * 60_000,
    /**
     * Unsigned heads that a process remembers, 2 MB. If there are more, the vault is away, and these suffice to show
     * it.
     */
    watchedMax: 10_000,
  },
  verify: {
    /** Links read at once, which are held in memory. */
    linksPage: 500,
    /** Batches looked at in one search for entries that belong to none. */
    straysPage: 1_000,
    /** Names of chains and organizations read at once. */
    namesPage: 500,
    /** Entries that were older than this when their link was signed are reported; the same as `unsignedToldMs`. */
    lateMs: 5 * 60_000,
    /** Breaks beyond these are not named, because nobody would learn anything from them. */
    breaksNamed: 20,
  },
  retention: {
    /** Links are kept this much longer than days of the log. */
    slackDays: 2,
    /** Chains that one statement looks at; of each it drops what was appended within a minute. */
    chainsPerStep: 20,
    /** Statements of one run; what is left goes with the next. */
    stepsMax: 2_000,
  },
} as const
