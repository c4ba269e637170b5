import { createHash } from 'node:crypto'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { storable } from './storable.js'

/** Why something that should have become an entry of the log did not. */
export type SetAsideReason =
  | 'unreadable'
  | 'out-of-shape'
  | 'unknown-version'
  | 'oversized'
  | 'place-taken'
  | 'unstorable'

/** What is kept of something that was set aside, for a person to look at. */
export interface SetAside {
  readonly reason: SetAsideReason
  readonly detail: string
  readonly shard: number
  /** The id of the stream's message; empty for what came through the inbox. */
  readonly message: string
  /** Position of the entry in its message, from 1; 0 for the message as a whole. */
  readonly position: number
  readonly content: string
}

const LIMITS = {
  /** A genuine entry has about 600, but an attacker who can write to Redis could send any amount. */
  contentCharsMax: 8_192,
  detailCharsMax: 200,
} as const

/** Keeps the items. An item that was delivered twice is kept once. */
export async function setAside(trx: Knex, items: readonly SetAside[]): Promise<void> {
  if (items.length === 0) return
  await trx.raw(
    `INSERT INTO access_set_aside (shard, message, position, digest, reason, detail, content, content_bytes)
     SELECT * FROM json_to_recordset(?::json) AS given (shard integer, message text, position integer, digest text,
       reason text, detail text, content text, "contentBytes" bigint)
     ORDER BY shard, message, position, digest
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(items.map(toRow))],
  )
}

function toRow({ shard, message, position, reason, detail, content }: SetAside): object {
  return {
    shard,
    message: storable(message),
    position,
    digest: createHash('sha256').update(content, 'utf8').digest('hex'),
    reason,
    detail: storable(detail.slice(0, LIMITS.detailCharsMax)),
    content: storable(content.slice(0, LIMITS.contentCharsMax)),
    contentBytes: Buffer.byteLength(content, 'utf8'),
  }
}

/** To be called after the commit, when the items can be looked at. */
export function tellSetAside(log: Logger, items: readonly SetAside[]): void {
  if (items.length === 0) return
  const reasons: Record<string, number> = {}
  for (const { reason } of items) reasons[reason] = (reasons[reason] ?? 0) + 1
  log.error({ count: items.length, reasons }, 'access entries were set aside: see the table access_set_aside')
}
