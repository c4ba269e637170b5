import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/**
 * Are there as many of these rows as there may be? One of them is read at most. Where several could be made at once, the
 * caller holds a lock under which they are counted one after the other.
 */
export async function isFull(rows: Knex.QueryBuilder, max: number): Promise<boolean> {
  const last: unknown = await rows.offset(max - 1).first(rows.client.raw('1'))
  return last !== undefined
}
