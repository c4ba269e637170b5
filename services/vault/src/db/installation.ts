import { isPostgresAway, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import type { Logger } from '@protectmyapi/service-kit/program/log'

const LIMITS = {
  /** Postgres may start after this process; if it takes longer than this, it is assumed not to be starting. */
  waitMs: 60_000,
  everyMs: 500,
} as const

const UNDEFINED_TABLE = '42P01'

/**
 * Reads the installation id that the first migration made. Waits while Postgres is away.
 *
 * @throws ConfigError if the database was not migrated; otherwise the error that kept Postgres away.
 */
export async function readInstallationId(db: Knex, log: Logger): Promise<string> {
  const startedMs = performance.now()
  for (;;) {
    try {
      const row = await db<{ id: string }>('installation').first('id')
      if (row) return row.id
      throw notMigrated()
    } catch (err) {
      if (err instanceof Error && 'code' in err && err.code === UNDEFINED_TABLE) throw notMigrated()
      if (!isPostgresAway(err) || performance.now() - startedMs > LIMITS.waitMs) throw err
      log.warn({ err }, 'waiting for Postgres')
      await new Promise((resolve) => setTimeout(resolve, LIMITS.everyMs))
    }
  }
}

function notMigrated(): ConfigError {
  return new ConfigError('The database vault has no schema yet: run the migrate command first.')
}
