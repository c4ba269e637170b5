import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { FeedRow } from './feed-entry.js'

/** Keyed by database, because everything that commits has that at hand, and nothing else in common. */
const followers = new WeakMap<Knex, (rows: readonly FeedRow[]) => void>()

/** The follower hears of the rows that this process commits through this database, before NOTIFY arrives. */
export const followCommitted = (db: Knex, follower: (rows: readonly FeedRow[]) => void): void =>
  void followers.set(db, follower)

/** To be called once the rows are committed. */
export const tellCommitted = (db: Knex, rows: readonly FeedRow[]): void => followers.get(db)?.(rows)
