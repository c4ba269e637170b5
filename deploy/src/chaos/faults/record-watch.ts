import pg from 'pg'

/** Knows which injected requests are not on record yet. */
export interface RecordWatch {
  injected(path: string): void
  /** Of those that were injected before now: how many are missing. Infinite while nobody can tell. */
  missing(before: number): Promise<number>
  /** How many were injected. */
  readonly count: number
  /** Those that are missing are waited for no longer: the checker will tell. */
  giveUp(): void
}

const LIMITS = {
  connectMs: 1_000,
} as const

export function createRecordWatch(databaseUrl: string): RecordWatch {
  /** In the order of injection, by number. */
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
  // Postgres may end it at any time: the query tells.
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
