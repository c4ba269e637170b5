import pg from 'pg'

/** Keeps track of the injected requests that are not on record yet. */
export interface RecordWatch {
  injected(path: string): void
  /**
   * How many of the first `before` injected requests are not on record yet. Infinite while Postgres does not answer.
   */
  missing(before: number): Promise<number>
  /** The number of requests injected so far. */
  readonly count: number
  /** Stops waiting for the missing ones. The checker judges them. */
  giveUp(): void
}

const LIMITS = {
  connectMs: 1_000,
} as const

export function createRecordWatch(databaseUrl: string): RecordWatch {
  /** The number of each waiting request, in the order of injection. */
  const waiting = new Map<string, number>()
  let count = 0
  return {
    injected(path) {
      count += 1
      waiting.set(path, count)
    },
    async missing(before) {
      const asked = [...waiting].filter(([, number]) => number <= before).map(([path]) => path)
      if (asked.length === 0) return 0
      const found = await recorded(databaseUrl, asked).catch(() => undefined)
      if (found === undefined) return Number.POSITIVE_INFINITY
      for (const path of found) waiting.delete(path)
      return asked.length - found.length
    },
    get count() {
      return count
    },
    giveUp: () => waiting.clear(),
  }
}

async function recorded(databaseUrl: string, paths: readonly string[]): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: LIMITS.connectMs })
  // Postgres may close the connection at any time. The query reports that.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ path: string }>(
      `SELECT DISTINCT entry ->> 'path' AS path FROM access_log WHERE kind = 'admitted' AND entry ->> 'path' = ANY($1)`,
      [paths],
    )
    return rows.map(({ path }) => path)
  } finally {
    await client.end().catch(() => undefined)
  }
}
