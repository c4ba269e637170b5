import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/**
 * Whether there are as many of these rows as there may be. Reads one of them at most. If several could be made at once,
 * the caller must hold a lock under which they are counted one after the other.
 */
export async function isFull(rows: Knex.QueryBuilder, max: number): Promise<boolean> {
  const last: unknown = await rows.offset(max - 1).first(rows.client.raw('1'))
  return last !== undefined
}
