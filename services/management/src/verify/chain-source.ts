import { accessLogChain, auditChain } from '../chain/chain-names.js'
import { type BatchRow, printed } from '../chain/chain-rows.js'
import {
  ACCESS_LOG_ROW,
  type AccessLogRow,
  AUDIT_ROW,
  type AuditRow,
  accessRowText,
  auditEntryText,
} from '../chain/entry-text.js'
import type { Read } from '../db/read.js'
import { accessStrays, auditOf, auditStrays, type Stray } from './strays.js'

/** The entries of one link. */
export interface LinkEntries {
  /** Canonical. */
  readonly texts: readonly string[]
  /** The oldest entry's own time: Unix time in milliseconds. */
  readonly oldestMs: number
}

/** The entries that a chain covers, as they stand in their table. */
export interface ChainSource {
  readonly chain: string
  /** The entries of each of these links, by number; if a link has more than it says, one more than that. */
  entriesOf(read: Read, links: readonly BatchRow[]): Promise<ReadonlyMap<number, LinkEntries>>
  /** Entries that no link names. */
  strays(read: Read): AsyncGenerator<Stray, void, undefined>
  /**
   * Entries of days before this one may be gone, and so may links that the vault signed before it. Null: nothing may.
   */
  keptFrom(read: Read): Promise<string | null>
}

/** @param keptDays how long the log is kept. */
export function accessLogSource(organizationId: string, keptDays: number): ChainSource {
  const chain = accessLogChain(organizationId)
  return {
    chain,
    async entriesOf(read, links) {
      const rows = await read<AccessLogRow & Numbered>(
        `SELECT link.number, ${ACCESS_LOG_ROW} FROM pg_catalog.json_to_recordset(?::json) AS link (${LINK})
         CROSS JOIN LATERAL (
           SELECT access_log.* FROM access_log
           WHERE access_log.day = link.day AND organization_id = ? AND access_log.batch = link.batch
           LIMIT link.entries + 1
         ) AS entry`,
        [asJson(links), organizationId],
      )
      return byNumber(rows, accessRowText)
    },
    strays: (read) => accessStrays(read, chain, organizationId),
    async keptFrom(read) {
      const [row] = await read<{ day: string }>(
        `SELECT ${printed('pg_catalog.clock_timestamp()::date - ?::integer')} AS day`,
        [keptDays],
      )
      return row?.day ?? null
    },
  }
}

/** @param organizationId null for what belongs to no organization. */
export function auditSource(organizationId: string | null): ChainSource {
  const chain = auditChain(organizationId)
  return {
    chain,
    async entriesOf(read, links) {
      const rows = await read<AuditRow & Numbered>(
        `SELECT link.number, ${AUDIT_ROW} FROM pg_catalog.json_to_recordset(?::json) AS link (${LINK})
         CROSS JOIN LATERAL (
           SELECT audit.* FROM audit
           WHERE ${auditOf(organizationId)} AND audit.batch = link.batch LIMIT link.entries + 1
         ) AS entry`,
        [asJson(links), organizationId],
      )
      return byNumber(rows, auditEntryText)
    },
    strays: (read) => auditStrays(read, chain, organizationId),
    keptFrom: async () => null,
  }
}

const LINK = 'number bigint, batch bigint, day date, entries integer'

/** As Postgres returns it. */
interface Numbered {
  readonly number: string
  readonly atMs: number | string
}

const asJson = (links: readonly BatchRow[]): string =>
  JSON.stringify(links.map(({ number, batch, day, entries }) => ({ number, batch, day, entries })))

function byNumber<Row extends Numbered>(
  rows: readonly Row[],
  textOf: (row: Row) => string,
): ReadonlyMap<number, LinkEntries> {
  const found = new Map<number, { readonly texts: string[]; oldestMs: number }>()
  for (const row of rows) {
    const number = Number(row.number)
    const held = found.get(number) ?? { texts: [], oldestMs: Number.POSITIVE_INFINITY }
    held.texts.push(textOf(row))
    held.oldestMs = Math.min(held.oldestMs, Number(row.atMs))
    found.set(number, held)
  }
  return found
}
