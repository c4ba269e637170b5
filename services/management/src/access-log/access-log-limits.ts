export const ACCESS_LOG_LIMITS = {
  /** Entries moved in one transaction. */
  drainRowsMax: 2_000,
  /** Between two drains of an empty inbox. */
  drainPeriodMs: 250,
  /** Entries that a watermark passes in one step; it takes as many steps as it can. */
  watermarkStep: 10_000,
  stream: {
    /** Between two reads of streams that had nothing. */
    periodMs: 100,
    /** Messages read at once, of all shards, and about as many entries: an answer of megabytes takes longer than a command may. */
    messagesMax: 4_096,
    entriesPerRead: 8_000,
    /**
     * Of one message, each of its fields' names and values counted with 16 more. A proxy's has half of it at most
     * (`ACCESS_STREAM.linesBytesMax`); whoever can write to Redis could send any amount.
     */
    messageBytesMax: 1024 * 1024,
    /** After which nothing more is read at once: of all shards; in a cluster, where each shard answers for itself, of one. */
    answerBytesMax: 2 * 1024 * 1024,
    shardAnswerBytesMax: 1024 * 1024,
    /** New ones, looked at together however long they are: one at a time costs Redis three times as much. */
    messagesPerStep: 16,
    /** What is kept of a message that is longer. */
    oversizedKeptBytes: 8_192,
    /** Entries of one transaction; a message is never split. */
    entriesPerBatch: 4_000,
    /** Of one message: a script cannot append as many. */
    entriesPerMessageMax: 5_000,
    /** Of one entry; ours have about 600, and paths of 512 bytes at most. */
    entryCharsMax: 65_536,
    /** Between two looks for what a dead consumer was handed and has not settled. */
    claimPeriodMs: 2_000,
    /** Longer than a batch takes. One that takes longer is stored twice, and once in the log. */
    claimIdleMs: 5_000,
    /** Taken over at once, of one shard. */
    claimMax: 256,
    /** Between two looks at Redis's settings and at silent consumers. */
    tendPeriodMs: 60_000,
    /** A consumer that holds nothing is forgotten after so long. */
    silentMs: 600_000,
    /** After a failure, doubled with each. */
    backoffFirstMs: 100,
    backoffMaxMs: 10_000,
    /** Messages older than this are a lag that somebody should know of: proxies record anew what is older. */
    lagToldMs: 5_000,
    lagToldPeriodMs: 60_000,
  },
  /** Between two looks at the partitions and at what has run out. */
  tendPeriodMs: 10 * 60_000,
  /** Partitions are made so many days ahead. */
  daysAhead: 2,
  /** Below this the database itself refuses to drop a partition. */
  retentionDaysMin: 7,
} as const
