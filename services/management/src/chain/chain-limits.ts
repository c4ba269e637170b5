export const CHAIN_LIMITS = {
  /** Entries of one batch: what verifying holds in memory at once. A drain's transaction has at most 9,000. */
  batchEntriesMax: 10_000,
  signing: {
    /** Between two rounds. With a round's own time, a head is signed within a minute. */
    periodMs: 20_000,
    /** Who appended has it signed by then, whoever's turn it is. With a period and a round's own time, within a minute too. */
    ownAfterMs: 25_000,
    /** Chains whose appended heads a process remembers, 20 MB. Of more, what the tables say is relied on. */
    rememberedMax: 50_000,
    /** Heads of a round that are compared with what the vault signed, whatever their marks say: 0.1 ms each. */
    comparedRows: 200,
    /** A round begins no further page after so long. */
    roundMs: 30_000,
    /** Heads read at once. */
    pageRows: 500,
    /** Heads that the vault is asked for at once. */
    lanes: 8,
    /** Longer than a round and its last page, the vault's deadlines included. */
    leaseMs: 120_000,
    /** Heads that are unsigned for longer are an alarm. */
    unsignedToldMs: 5 * 60_000,
    /** Unsigned heads that a process remembers, 2 MB. Where there are more, the vault is away, and these say so. */
    watchedMax: 10_000,
  },
  verify: {
    /** Links read at once: what is held of them in memory. */
    linksPage: 500,
    /** Batches looked at in one search for entries of none. */
    straysPage: 1_000,
    /** Names of chains and organizations read at once. */
    namesPage: 500,
    /** Entries that were older than this when their link was signed are told: as `unsignedToldMs`. */
    lateMs: 5 * 60_000,
    /** Of more breaks than these nobody learns anything. */
    breaksNamed: 20,
  },
  retention: {
    /** Links are kept so much longer than days of the log. */
    slackDays: 2,
    /** Chains that one statement looks at; each has as much to go as is signed within a minute. */
    chainsPerStep: 20,
    /** Statements of one run; what is left goes with the next. */
    stepsMax: 2_000,
  },
} as const
