import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { readNow } from '../db/read.js'
import { checkTables } from './check-tables.js'
import { standingOf } from './standing.js'
import type { WalkDeps } from './walk-chain.js'

/** Looks at the tables of a snapshot, once for all chains that are walked in it. */
export async function beginWalks(db: Knex, snapshot: WalkDeps['snapshot']): Promise<WalkDeps> {
  const alterations = await checkTables(snapshot.read)
  // Of what Postgres says where something is wrong nothing is asked further.
  const standing = alterations.length === 0 ? await standingOf(snapshot.read) : []
  return { snapshot, alterations, standing, readNow: readNow(db) }
}
