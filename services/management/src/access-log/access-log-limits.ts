export const ACCESS_LOG_LIMITS = {
  /** Entries moved in one transaction. */
  drainRowsMax: 2_000,
  /** Time between two drains of an empty inbox. */
  drainPeriodMs: 250,
  /** Entries that a watermark passes in one step; moving it takes as many steps as necessary. */
  watermarkStep: 10_000,
  stream: {
    /** Time between two reads of streams that had nothing. */
    periodMs: 100,
    /**
     * Messages of all shards read at once, with about `entriesPerRead` entries: an answer of megabytes takes longer
     * than a command may.
     */
    messagesMax: 4_096,
    entriesPerRead: 8_000,
    /**
     * Size of one message: the names and values of its fields, plus 16 for each. A proxy's message has half of it at
     * most (`ACCESS_STREAM.linesBytesMax`), but an attacker who can write to Redis could send any amount.
     */
    messageBytesMax: 1024 * 1024,
    /**
     * Bytes after which a read takes nothing more: for all shards together or, in a cluster, where each shard answers
     * for itself, for one.
     */
    answerBytesMax: 2 * 1024 * 1024,
    shardAnswerBytesMax: 1024 * 1024,
    /** New messages looked at in one step, however long they are: one at a time costs Redis three times as much. */
    messagesPerStep: 16,
    /** Bytes that are kept of a longer message. */
    oversizedKeptBytes: 8_192,
    /** Entries of one transaction; a message is never split. */
    entriesPerBatch: 4_000,
    /** In one message; a proxy's script cannot append that many. */
    entriesPerMessageMax: 5_000,
    /** Length of one entry; genuine ones have about 600, and paths of 512 bytes at most. */
    entryCharsMax: 65_536,
    /** Time between two looks for what a dead consumer was handed and has not settled. */
    claimPeriodMs: 2_000,
    /** Longer than a batch takes. A batch that takes longer is stored twice, but is in the log once. */
    claimIdleMs: 5_000,
    /** Messages of one shard taken over at once. */
    claimMax: 256,
    /** Time between two looks at Redis's settings and at silent consumers. */
    tendPeriodMs: 60_000,
    /** A consumer that holds nothing is forgotten after this time. */
    silentMs: 600_000,
    /** Delay after a failure; each further failure doubles it. */
    backoffFirstMs: 100,
    backoffMaxMs: 10_000,
    /** A lag above this is logged, because proxies record again what is older. */
    lagToldMs: 5_000,
    lagToldPeriodMs: 60_000,
  },
  /** Time between two looks at the partitions and at what has expired. */
  tendPeriodMs: 10 * 60_000,
  /** How many days ahead partitions are made. */
  daysAhead: 2,
  /** The database itself refuses to drop a partition that is younger. */
  retentionDaysMin: 7,
} as const
