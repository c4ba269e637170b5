import type { Knex } from '@protectmyapi/service-kit/postgres'
import { CHAIN_LIMITS } from './chain-limits.js'

/** Entries that stand in a table and in no link of its chain. */
export interface Stray {
  /** Null where they name none. */
  readonly batch: string | null
  /** Of the log. */
  readonly day: string | null
}

type Page = readonly { readonly batch: string; readonly known: boolean }[]

const PAGE = CHAIN_LIMITS.verify.straysPage

/**
 * Day by day: each look is into one partition. From one batch to the next by the index, whatever stands in between. An
 * entry and its link are committed together, so a statement sees both or neither.
 */
export async function* accessStrays(
  db: Knex,
  chain: string,
  organizationId: string,
): AsyncGenerator<Stray, void, undefined> {
  const { rows } = await db.raw<{ rows: { day: string }[] }>(
    `SELECT DISTINCT to_char(day, 'YYYY-MM-DD') AS day FROM access_log
     WHERE organization_id = ? AND batch IS NULL LIMIT 1`,
    [organizationId],
  )
  for (const { day } of rows) yield { batch: null, day }
  for await (const day of daysOf(db)) {
    const where = 'day = ?::date AND organization_id = ?'
    const isLink = 'link.chain = ? AND link.batch = page.batch AND link.day = ?::date'
    const read = (after: string) =>
      pageOf(db, { table: 'access_log', where, isLink }, [day, organizationId], after, [chain, day])
    for await (const batch of unknown(read)) yield { batch, day }
  }
}

export async function* auditStrays(
  db: Knex,
  chain: string,
  organizationId: string | null,
): AsyncGenerator<Stray, void, undefined> {
  const where = organizationId === null ? 'organization_id IS NULL AND ?::text IS NULL' : 'organization_id = ?'
  const { rows } = await db.raw<{ rows: unknown[] }>(`SELECT FROM audit WHERE ${where} AND batch IS NULL LIMIT 1`, [
    organizationId,
  ])
  if (rows.length > 0) yield { batch: null, day: null }
  const isLink = 'link.chain = ? AND link.batch = page.batch'
  const read = (after: string) => pageOf(db, { table: 'audit', where, isLink }, [organizationId], after, [chain])
  for await (const batch of unknown(read)) yield { batch, day: null }
}

/** Every day that the log has, whatever its partitions are called. */
async function* daysOf(db: Knex): AsyncGenerator<string, void, undefined> {
  for (let after = '-infinity'; ; ) {
    const { rows } = await db.raw<{ rows: { day: string | null }[] }>(
      `SELECT to_char(min(day), 'YYYY-MM-DD') AS day FROM access_log WHERE day > ?::date`,
      [after],
    )
    const day = rows[0]?.day
    if (!day) return
    yield day
    after = day
  }
}

/** Ids begin at 1, and so do those of what came before there were any. */
async function* unknown(read: (after: string) => Promise<Page>): AsyncGenerator<string, void, undefined> {
  for (let after = '-9223372036854775808'; ; ) {
    const page = await read(after)
    for (const { batch, known } of page) if (!known) yield batch
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    after = last.batch
  }
}

interface Where {
  readonly table: string
  readonly where: string
  readonly isLink: string
}

async function pageOf(
  db: Knex,
  { table, where, isLink }: Where,
  whose: readonly (string | null)[],
  after: string,
  link: readonly string[],
): Promise<Page> {
  const nextAfter = (bound: string) =>
    `SELECT batch FROM ${table} WHERE ${where} AND batch > ${bound} ORDER BY batch LIMIT 1`
  const { rows } = await db.raw<{ rows: Page }>(
    `WITH RECURSIVE next AS (
       (${nextAfter('?::bigint')})
       UNION ALL
       SELECT (${nextAfter('next.batch')}) FROM next WHERE next.batch IS NOT NULL
     ), page AS (SELECT batch FROM next WHERE batch IS NOT NULL LIMIT ?)
     SELECT batch, EXISTS (SELECT FROM chain_batches AS link WHERE ${isLink}) AS known FROM page ORDER BY batch`,
    [...whose, after, ...whose, PAGE, ...link],
  )
  return rows
}
