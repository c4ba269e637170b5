import { forgetSessions } from '@protectmyapi/service-kit/postgres/forget-sessions'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { ManagementConfig } from '../config.js'

/**
 * For as long as a command takes, beside managements that serve.
 *
 * @param name what its connections are called by in Postgres, after the service's own; '' where they must not be told from those.
 */
export async function withDatabase<Result>(
  { db: target }: Pick<ManagementConfig, 'db'>,
  name: `-${string}` | '',
  work: (db: Knex) => Promise<Result>,
): Promise<Result> {
  const db = forgetSessions(connectPostgres(target, `protectmyapi-management${name}`))
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}
