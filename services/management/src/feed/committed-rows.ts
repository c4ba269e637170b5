import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { FeedRow } from './feed-entry.js'

/** Everything that commits has its database at hand, and nothing else in common. */
const followers = new WeakMap<Knex, (rows: readonly FeedRow[]) => void>()

/** Hears of the rows that this process commits through this database, before NOTIFY comes round. */
export const followCommitted = (db: Knex, follower: (rows: readonly FeedRow[]) => void): void =>
  void followers.set(db, follower)

/** Once they are committed. */
export const tellCommitted = (db: Knex, rows: readonly FeedRow[]): void => followers.get(db)?.(rows)
