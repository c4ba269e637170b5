import { forgetSessions } from '@protectmyapi/service-kit/postgres/forget-sessions'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { ManagementConfig } from '../config.js'

/**
 * Connects to the database for as long as the command takes, beside managements that serve.
 *
 * @param name suffix of the connections' name in Postgres, after the service's own; '' if they must look like the
 * service's.
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
