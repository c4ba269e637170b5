import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { readNow } from '../db/read.js'
import { checkTables } from './check-tables.js'
import { standingOf } from './standing.js'
import type { WalkDeps } from './walk-chain.js'

/** Checks the tables of a snapshot, once for all chains that are walked in it. */
export async function beginWalks(db: Knex, snapshot: WalkDeps['snapshot']): Promise<WalkDeps> {
  const alterations = await checkTables(snapshot.read)
  // If something is wrong, Postgres is asked nothing further, because its answers cannot be relied on.
  const standing = alterations.length === 0 ? await standingOf(snapshot.read) : []
  return { snapshot, alterations, standing, readNow: readNow(db) }
}
