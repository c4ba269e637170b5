import { randomBytes } from 'node:crypto'
import { connectPostgres, type Knex, type PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { migrateManagement } from '../db/migrate-management.js'
import { migratedDatabase } from './migrated-database.js'

export interface RuntimeDatabase {
  /** Connected as management connects: with the runtime role. */
  readonly db: Knex
  readonly target: PostgresTarget
  readonly superuser: Knex
  close(): Promise<void>
}

/** Migrated by the owner and used as the runtime role, so that any test fails where a privilege is missing. */
export async function runtimeDatabase(): Promise<RuntimeDatabase> {
  const { db: superuser, target: owner, close } = await migratedDatabase()
  const user = `runtime_${randomBytes(8).toString('hex')}`
  await superuser.raw(`CREATE ROLE ${user} LOGIN PASSWORD 'test'`)
  await migrateManagement({ owner, runtimeRole: user }, createLogger('test', 'silent'))
  const target = { ...owner, user, password: 'test' }
  const db = connectPostgres(target, 'test')
  return {
    db,
    target,
    superuser,
    async close() {
      await db.destroy()
      await superuser.raw(`DROP OWNED BY ${user}; DROP ROLE ${user}`)
      await close()
    },
  }
}
