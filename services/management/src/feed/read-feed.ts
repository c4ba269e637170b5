import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { FeedKind, FeedRow } from './feed-entry.js'
import { FEED_LIMITS } from './feed-limits.js'

/** Some rows in order, and the number that a proxy has applied once it has applied them. */
export interface FeedPage {
  readonly rows: readonly FeedRow[]
  readonly through: number
  readonly more: boolean
  /** RESET: rows that the proxy lacks are no longer kept; these rows are the whole window. */
  readonly reset: boolean
}

interface FeedRowRecord {
  readonly head: string
  readonly number: string | null
  readonly kind: string | null
  readonly id: string | null
  readonly generation: string | null
}

/**
 * The rows above `applied`. One statement, so that head and rows are of one snapshot. That snapshot is later than the
 * one in which the Sync was recorded (RECORDFIRST), and the rows never come from a tail held in memory. Reads the
 * primary.
 *
 * RESET: a proxy that lacks rows which are no longer kept drops all it holds, and gets the whole window. That includes
 * one that has applied nothing: it may have filled since, and a lease key outlives the window. A proxy that has just
 * started has nothing to drop.
 */
export async function readFeed(db: Knex, applied: number): Promise<FeedPage> {
  const { head, rows } = await rowsAbove(db, applied)
  const [first] = rows
  const complete = first === undefined ? applied === head : first.number === applied + 1
  if (complete) return page(rows, head, false)
  const window = await rowsAbove(db, 0)
  return page(window.rows, window.head, true)
}

/** Rows above a number, as the tail pushes them; empty when there are none. */
export async function rowsAbove(db: Knex, number: number): Promise<{ head: number; rows: FeedRow[] }> {
  const { rows } = await db.raw<{ rows: FeedRowRecord[] }>(
    `SELECT counter.value AS head, above.number, above.kind, above.id, above.generation
     FROM feed_counter AS counter
     LEFT JOIN LATERAL (
       SELECT feed.number, feed.kind, feed.id, feed.generation FROM feed WHERE feed.number > ? ORDER BY feed.number LIMIT ?
     ) AS above ON true
     ORDER BY above.number`,
    [number, FEED_LIMITS.rowsMax],
  )
  return { head: Number(rows[0]?.head ?? 0), rows: rows.flatMap(toFeedRow) }
}

function page(rows: readonly FeedRow[], head: number, reset: boolean): FeedPage {
  const last = rows.at(-1)?.number ?? head
  const more = rows.length === FEED_LIMITS.rowsMax && last < head
  return { rows, through: more ? last : Math.max(last, head), more, reset }
}

function toFeedRow({ number, kind, id, generation }: FeedRowRecord): FeedRow[] {
  if (number === null || kind === null || id === null || generation === null) return []
  return [{ number: Number(number), kind: asFeedKind(kind), id, generation: Number(generation) }]
}

const FEED_KINDS: ReadonlySet<string> = new Set<FeedKind>([
  'secret',
  'service',
  'link',
  'app',
  'device',
  'session',
  'organization',
  'signing-key',
  'lease-keys',
])

function asFeedKind(word: string): FeedKind {
  if (!FEED_KINDS.has(word)) throw new Error(`feed row of unknown kind ${word}`)
  return word as FeedKind
}
