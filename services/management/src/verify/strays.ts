import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import { printed } from '../chain/chain-rows.js'
import type { Read } from '../db/read.js'

/** Entries that stand in a table but in no link of its chain. */
export interface Stray {
  /** Null if they name no batch. */
  readonly batch: string | null
  /** For the access log only. */
  readonly day: string | null
}

type Page = readonly { readonly batch: string; readonly known: boolean }[]

const PAGE = CHAIN_LIMITS.verify.straysPage
/** The lowest bigint. The walk begins after it, and the sequence never gives it. */
const BEFORE_ALL = '-9223372036854775808'
/** Only links that the walk goes through count, because nothing else is known of other links. */
const IS_COUNTED = `link.chain = ? AND link.batch = page.batch AND link.number >= 1::bigint
  AND link.number <= (SELECT count FROM chain_heads WHERE chain = ?)`
const HAS_NO_BATCH = `(batch IS NULL OR batch = ${BEFORE_ALL})`

/**
 * Day by day, so that each look is into one partition. Goes from one batch to the next by the index, whatever stands in
 * between. An entry and its link are committed together, so a statement sees both or neither.
 */
export async function* accessStrays(
  read: Read,
  chain: string,
  organizationId: string,
): AsyncGenerator<Stray, void, undefined> {
  const rows = await read<{ day: string }>(
    `SELECT ${printed('day')} AS day FROM access_log
     WHERE organization_id = ? AND ${HAS_NO_BATCH} LIMIT 1`,
    [organizationId],
  )
  for (const { day } of rows) yield { batch: null, day }
  for await (const day of daysOf(read)) {
    const where = 'day = ?::date AND organization_id = ?'
    const isLink = `${IS_COUNTED} AND link.day = ?::date`
    const page = (after: string) =>
      pageOf(read, { table: 'access_log', where, isLink }, [day, organizationId], after, [chain, chain, day])
    for await (const batch of unknown(page)) yield { batch, day }
  }
}

/**
 * Selects an organization's records by the index: with IS NOT DISTINCT FROM, each look would read the whole table.
 * Takes one value.
 */
export const auditOf = (organizationId: string | null): string =>
  organizationId === null ? 'organization_id IS NULL AND ?::text IS NULL' : 'organization_id = ?'

export async function* auditStrays(
  read: Read,
  chain: string,
  organizationId: string | null,
): AsyncGenerator<Stray, void, undefined> {
  const where = auditOf(organizationId)
  const rows = await read(`SELECT FROM audit WHERE ${where} AND ${HAS_NO_BATCH} LIMIT 1`, [organizationId])
  if (rows.length > 0) yield { batch: null, day: null }
  if (organizationId === null) yield* inItsName(read)
  const page = (after: string) =>
    pageOf(read, { table: 'audit', where, isLink: IS_COUNTED }, [organizationId], after, [chain, chain])
  for await (const batch of unknown(page)) yield { batch, day: null }
}

/**
 * Rows of what belongs to no organization name none. Nobody would look at a row that names the installation instead.
 */
async function* inItsName(read: Read): AsyncGenerator<Stray, void, undefined> {
  const page = (after: string): Promise<Page> =>
    read(
      `SELECT batch, false AS known FROM audit WHERE organization_id = ? AND batch > ?::bigint ORDER BY batch LIMIT ?`,
      [INSTALLATION_ORGANIZATION, after, PAGE],
    )
  for await (const batch of unknown(page)) yield { batch, day: null }
}

/** Every day that the log has, whatever its partitions are called; `infinity` and `-infinity` are days too. */
async function* daysOf(read: Read): AsyncGenerator<string, void, undefined> {
  const first = `SELECT ${printed('pg_catalog.min(day)')} AS day FROM access_log`
  for (let after: string | undefined; ; ) {
    const [row] = await (after === undefined
      ? read<{ day: string }>(first)
      : read<{ day: string }>(`${first} WHERE day > ?::date`, [after]))
    // If there is no such day, nothing is printed.
    if (!row?.day) return
    yield row.day
    after = row.day
  }
}

/** Batches that no link has. Genuine ids begin at 1, those of entries from before there were batches too. */
async function* unknown(pageAfter: (after: string) => Promise<Page>): AsyncGenerator<string, void, undefined> {
  for (let after = BEFORE_ALL; ; ) {
    const page = await pageAfter(after)
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
  read: Read,
  { table, where, isLink }: Where,
  whose: readonly (string | null)[],
  after: string,
  link: readonly string[],
): Promise<Page> {
  const nextAfter = (bound: string) =>
    `SELECT batch FROM ${table} WHERE ${where} AND batch > ${bound} ORDER BY batch LIMIT 1`
  return read(
    `WITH RECURSIVE next AS (
       (${nextAfter('?::bigint')})
       UNION ALL
       SELECT (${nextAfter('next.batch')}) FROM next WHERE next.batch IS NOT NULL
     ), page AS (SELECT batch FROM next WHERE batch IS NOT NULL LIMIT ?)
     SELECT batch, EXISTS (SELECT FROM chain_batches AS link WHERE ${isLink}) AS known FROM page ORDER BY batch`,
    [...whose, after, ...whose, PAGE, ...link],
  )
}
